// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/study_description.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/json_text.h"
#include "base/sha256.h"
#include "base/version.h"
#include "method/lam/lam_experiment.h"
#include "scene/document_blocks.h"
#include "scene/experiment_file.h"

namespace lamscope {

namespace {

using Json = nlohmann::ordered_json;

constexpr int descriptionFormat = 1;
constexpr auto members = std::to_array<std::string_view>(
    {"lamscope", "format", "study", "patches", "seconds_per_map", "lpips", "faithfulness", "experiment"});

/// Whoever reads an experiment ignores members that he does not know: they are not among what comes back, `known`.
void checkMembers(const Json& json, const Json& known) {
    if (json.is_array() && known.is_array()) {
        for (std::size_t i = 0; i < std::min(json.size(), known.size()); ++i) {
            checkMembers(json[i], known[i]);
        }
    }
    if (!json.is_object() || !known.is_object()) {
        return;
    }
    for (const auto& [member, value] : json.items()) {
        const auto found = known.find(member);
        if (found == known.end()) {
            std::vector<std::string> names;
            for (const auto& [name, any] : known.items()) {
                names.push_back(name);
            }
            throw Error(ErrorCode::BadFile, fmt::format("its experiment has a \"{}\" where it may have: {}", member,
                                                        fmt::join(names, ", ")));
        }
        checkMembers(value, *found);
    }
}

Json lpipsJson(const LpipsFiles& files, const std::filesystem::path& folder) {
    return {{"network", nameInDocument(files.network, folder)}, {"linear", nameInDocument(files.linear, folder)}};
}

std::optional<LpipsFiles> lpipsFrom(const Json& json, const std::filesystem::path& folder) {
    const auto found = json.find("lpips");
    if (found == json.end() || found->is_null()) {
        return std::nullopt;
    }
    if (!found->is_object() || found->size() != 2 || !found->contains("network") || !found->contains("linear")) {
        throw Error(ErrorCode::BadFile, fmt::format("its \"lpips\" is {}, expected the files {{\"network\": "
                                                    "\"alexnet.pth\", \"linear\": \"alex.pth\"}}",
                                                    found->dump()));
    }
    return LpipsFiles{.network = fileInDocument(found->at("network").get<std::string>(), folder),
                      .linear = fileInDocument(found->at("linear").get<std::string>(), folder)};
}

/// Of a study, whose maps are its own.
Json faithfulnessJson(const FaithfulnessOptions& options) {
    auto json = optionsJson(faithfulnessOptionTable(), options);
    json.erase("attribution");
    return json;
}

std::optional<FaithfulnessOptions> faithfulnessFrom(const Json& json) {
    const auto found = json.find("faithfulness");
    if (found == json.end() || found->is_null()) {
        return std::nullopt;
    }
    if (!found->is_object() || found->contains("attribution")) {
        throw Error(
            ErrorCode::BadFile,
            fmt::format("its \"faithfulness\" is {}, expected options such as {{\"only\": \"curves,infidelity\"}}",
                        found->dump()));
    }
    FaithfulnessOptions options;
    for (const auto& [name, value] : found->items()) {
        setOption(faithfulnessOptionTable(), options, name, value);
    }
    checkFaithfulnessOptions(options);
    return options;
}

StudyDescription descriptionFrom(const Json& json, const std::filesystem::path& folder) {
    if (!json.is_object() || !json.contains("study")) {
        throw Error(ErrorCode::BadFile, "not the description of a study; make one with `lamscope-cli study new`");
    }
    if (json.at("format").get<int>() > descriptionFormat) {
        throw Error(ErrorCode::BadFile, "it was written by a newer Lamscope: update to open it");
    }
    for (const auto& [member, value] : json.items()) {
        if (std::ranges::find(members, member) == members.end()) {
            throw Error(ErrorCode::BadFile, fmt::format("a study has no \"{}\"", member));
        }
    }
    StudyDescription description;
    description.id = json.at("study").get<std::string>();
    description.patches = patchRuleFromJson(json.at("patches"));
    description.secondsPerMap =
        optionalMember<std::map<std::string, double>>(json, "seconds_per_map").value_or(description.secondsPerMap);
    description.lpips = lpipsFrom(json, folder);
    description.faithfulness = faithfulnessFrom(json);
    description.experiment = experimentFromJson(json.at("experiment"), folder);
    checkMembers(json.at("experiment"), jsonOf(description.experiment, folder));
    description.experiment.options.emplace("rule", nullptr);  // the default; a session without it is an old one
    static_cast<void>(makePlan(lamOptionsOf(description.experiment)));
    return description;
}

}  // namespace

std::string newStudyId(const StudyDescription& description) {
    Json made{{"patches", jsonOf(description.patches)}, {"experiment", jsonOf(description.experiment)}};
    if (description.lpips) {
        made["lpips"] = lpipsJson(*description.lpips, {});
    }
    if (description.faithfulness) {
        made["faithfulness"] = faithfulnessJson(*description.faithfulness);
    }
    return sha256OfText(dumpJson(made)).substr(0, 16);
}

void checkDescription(const StudyDescription& description) {
    const auto& scenes = description.experiment.scenes;
    const auto placeless = std::ranges::find_if(scenes, [](const Scene& scene) { return scene.boxes.empty(); });
    if (description.patches.kind == PatchRule::Kind::List && placeless != scenes.end()) {
        throw Error(
            ErrorCode::InvalidArgument,
            fmt::format("{} has no patches, and the rule is 'list': name them, or choose the rule centre or grid",
                        placeless->image.string()));
    }
    if (scenes.empty() || shownNetworks(description.experiment).empty()) {
        throw Error(ErrorCode::InvalidArgument, "there is no image or no network that is shown: nothing to compute");
    }
}

std::vector<std::filesystem::path> filesOf(const StudyDescription& description) {
    auto files = filesOf(description.experiment);
    if (description.lpips) {
        files.insert(files.end(), {description.lpips->network, description.lpips->linear});
    }
    return files;
}

std::string toJson(const StudyDescription& description, const std::filesystem::path& folder) {
    Json json;
    json["lamscope"] = {{"version", version()}};
    json["format"] = descriptionFormat;
    json["study"] = description.id;
    json["patches"] = jsonOf(description.patches);
    json["seconds_per_map"] = description.secondsPerMap;
    if (description.lpips) {
        json["lpips"] = lpipsJson(*description.lpips, folder);
    }
    if (description.faithfulness) {
        json["faithfulness"] = faithfulnessJson(*description.faithfulness);
    }
    json["experiment"] = jsonOf(description.experiment, folder);
    return dumpJson(json);
}

StudyDescription studyDescriptionFromText(const std::string& text, const std::filesystem::path& file,
                                          const std::filesystem::path& folder) {
    try {
        return descriptionFrom(Json::parse(text), folder);
    } catch (const nlohmann::json::exception& error) {
        throw Error(ErrorCode::BadFile,
                    fmt::format("{}: the description of the study is damaged ({})", file.string(), error.what()));
    } catch (const Error& error) {
        throw Error(ErrorCode::BadFile, fmt::format("{}: {}", file.string(), error.what()));
    }
}

StudyDescription readStudyDescription(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) {
        throw Error(ErrorCode::BadFile,
                    fmt::format("{}: cannot be opened; check the name and the permissions", file.string()));
    }
    auto description = studyDescriptionFromText(std::string(std::istreambuf_iterator<char>(stream), {}), file,
                                                std::filesystem::absolute(file).parent_path());
    try {
        checkDescription(description);
    } catch (const Error& error) {
        throw Error(ErrorCode::BadFile, fmt::format("{}: {}", file.string(), error.what()));
    }
    return description;
}

void writeStudyDescription(const StudyDescription& description, const std::filesystem::path& file) {
    checkDescription(description);
    writeFileAtomically(file, std::string_view(toJson(description, std::filesystem::absolute(file).parent_path())));
}

}  // namespace lamscope
