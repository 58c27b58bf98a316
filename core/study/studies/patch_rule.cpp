// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/patch_rule.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/csv_rows.h"
#include "base/error.h"
#include "base/json_text.h"
#include "base/option_table.h"
#include "method/lam/di_map.h"

namespace lamscope {

namespace {

using Json = nlohmann::ordered_json;

constexpr auto ruleNames = std::to_array<OptionChoice<PatchRule::Kind>>(
    {{PatchRule::Kind::Centre, {"centre"}}, {PatchRule::Kind::List, {"list"}}, {PatchRule::Kind::Grid, {"grid"}}});

constexpr int largestSide = 1 << 20;

int memberNumber(const Json& json, const char* name, int least) {
    const auto found = json.find(name);
    if (found == json.end() || !found->is_number_integer() || *found < least || *found > largestSide) {
        throw Error(ErrorCode::BadFile, fmt::format("the rule of patches needs a \"{}\" of {} to {}, found {}", name,
                                                    least, largestSide, found == json.end() ? "none" : found->dump()));
    }
    return found->get<int>();
}

std::string textOf(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) {
        throw Error(ErrorCode::BadFile, "cannot be opened; check the name and the permissions");
    }
    return {std::istreambuf_iterator<char>(stream), {}};
}

int wholeNumber(const std::string& text) {
    int value = 0;
    const auto* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, value);
    if (parsed.ec != std::errc() || parsed.ptr != end) {
        throw Error(ErrorCode::BadFile, fmt::format("'{}' is not a whole number", text));
    }
    return value;
}

std::vector<ListedPatch> fromCsv(const std::string& text) {
    const auto rows = csvRows(text);
    const std::vector<std::string> names{"image", "x", "y", "size"};
    const auto columns = rows.empty() ? 0 : rows.front().size();
    const auto read = std::min(columns, names.size());
    if (read < 3
        || !std::equal(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(read), rows.front().begin())) {
        throw Error(ErrorCode::BadFile,
                    "the first line must be image,x,y or image,x,y,size, after which others may follow");
    }
    std::vector<ListedPatch> patches;
    for (std::size_t i = 1; i < rows.size(); ++i) {
        const auto& row = rows[i];
        if (row.size() != columns) {
            throw Error(ErrorCode::BadFile,
                        fmt::format("'{}' has {} fields in place of {}", fmt::join(row, ","), row.size(), columns));
        }
        Box box{.x = wholeNumber(row[1]), .y = wholeNumber(row[2])};
        box.size = read == names.size() ? wholeNumber(row[3]) : box.size;
        patches.push_back({row[0], box});
    }
    return patches;
}

std::vector<ListedPatch> fromJsonText(const std::string& text) {
    try {
        std::vector<ListedPatch> patches;
        for (const auto& entry : Json::parse(text)) {
            Box box{.x = entry.at("x").get<int>(), .y = entry.at("y").get<int>()};
            box.size = optionalMember<int>(entry, "size").value_or(box.size);
            patches.push_back({entry.at("image").get<std::string>(), box});
        }
        return patches;
    } catch (const nlohmann::json::exception& error) {
        throw Error(ErrorCode::BadFile,
                    fmt::format("it must be an array of objects with image, x, y and perhaps size ({})", error.what()));
    }
}

}  // namespace

Json jsonOf(const PatchRule& rule) {
    Json json{{"rule", choiceName(ruleNames, rule.kind)}};
    if (rule.kind != PatchRule::Kind::List) {
        json["size"] = rule.size;
    }
    if (rule.kind == PatchRule::Kind::Grid) {
        json["stride"] = rule.stride;
    }
    return json;
}

PatchRule patchRuleFromJson(const Json& json) {
    PatchRule rule;
    const auto name = json.is_object() ? json.find("rule") : json.end();
    if (name == json.end() || !name->is_string()) {
        throw Error(ErrorCode::BadFile, "\"patches\" must be an object with a \"rule\": centre, list or grid");
    }
    try {
        rule.kind = choiceNamed(ruleNames, "rule of patches", name->get<std::string>());
    } catch (const Error& error) {
        throw Error(ErrorCode::BadFile, error.what());
    }
    if (rule.kind != PatchRule::Kind::List) {
        rule.size = memberNumber(json, "size", 1);
    }
    if (rule.kind == PatchRule::Kind::Grid) {
        rule.stride = memberNumber(json, "stride", 1);
    }
    const auto known = jsonOf(rule);
    for (const auto& [member, value] : json.items()) {
        if (!known.contains(member)) {
            throw Error(ErrorCode::BadFile,
                        fmt::format("the rule of patches '{}' has no \"{}\"", name->get<std::string>(), member));
        }
    }
    return rule;
}

std::vector<Patch> patchesOf(const PatchRule& rule, const Scene& scene, const LowResolutionPair& pair, int networkScale,
                             DetectorKind detector, int hrWidth, int hrHeight) {
    const int srWidth = pair.lr.width() * networkScale;
    const int srHeight = pair.lr.height() * networkScale;
    switch (rule.kind) {
        case PatchRule::Kind::Centre:
            return {{.x = std::max((hrWidth > 0 ? hrWidth : srWidth) - rule.size, 0) / 2,
                     .y = std::max((hrHeight > 0 ? hrHeight : srHeight) - rule.size, 0) / 2,
                     .size = rule.size}};
        case PatchRule::Kind::List:
            return patchesOf(scene, networkScale);
        case PatchRule::Kind::Grid:
            return patchGrid(srWidth, srHeight, detector, rule.size, rule.stride).patches;
    }
    return {};
}

std::vector<ListedPatch> readPatchList(const std::filesystem::path& file) {
    try {
        const auto text = textOf(file);
        auto patches = file.extension() == ".json" ? fromJsonText(text) : fromCsv(text);
        for (const auto& [image, box] : patches) {
            if (box.x < 0 || box.y < 0 || box.size < 1 || box.size > largestSide) {
                throw Error(ErrorCode::BadFile,
                            fmt::format("{}: ({}, {}) with a side of {} is no patch", image, box.x, box.y, box.size));
            }
        }
        return patches;
    } catch (const Error& error) {
        throw Error(ErrorCode::BadFile, fmt::format("{}: {}", file.string(), error.what()));
    }
}

bool hasImageNamed(const Scene& scene, const std::string& name) {
    const auto isNamed = [&name](const std::filesystem::path& file) {
        return !file.empty() && (file.filename() == name || file.stem() == name);
    };
    return isNamed(scene.image) || isNamed(scene.reference);
}

void placeListed(std::vector<Scene>& scenes, const std::vector<ListedPatch>& patches,
                 const std::filesystem::path& list) {
    for (const auto& [image, box] : patches) {
        const auto isMeant = [&name = image](const Scene& scene) { return hasImageNamed(scene, name); };
        const auto count = std::ranges::count_if(scenes, isMeant);
        if (count != 1) {
            throw Error(ErrorCode::BadFile,
                        fmt::format("{}: '{}' is {} of the study", list.string(), image,
                                    count == 0 ? "no image" : fmt::format("the name of {} images", count)));
        }
        std::ranges::find_if(scenes, isMeant)->boxes.push_back(box);
    }
    std::erase_if(scenes, [](const Scene& scene) { return scene.boxes.empty(); });
}

}  // namespace lamscope
