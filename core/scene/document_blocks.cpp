// SPDX-License-Identifier: GPL-3.0-or-later
#include "scene/document_blocks.h"

#include <algorithm>
#include <set>
#include <system_error>

#include <fmt/format.h>

#include "base/version.h"
#include "runtime/device.h"

namespace lamscope {

nlohmann::ordered_json programJson(const std::string& device) {
    return {{"version", version()}, {"libtorch", libtorchVersion()}, {"device", device}};
}

std::string nameInDocument(const std::filesystem::path& file, const std::filesystem::path& folder) {
    if (folder.empty()) {
        return file.generic_string();
    }
    std::error_code failed;
    const auto absolute = std::filesystem::absolute(file, failed);
    const auto relative = std::filesystem::proximate(absolute, std::filesystem::absolute(folder), failed);
    return (failed ? file : relative).generic_string();
}

std::filesystem::path fileInDocument(const std::string& name, const std::filesystem::path& folder) {
    const std::filesystem::path path(name);
    return path.is_absolute() ? path : (folder / path).lexically_normal();
}

nlohmann::ordered_json sideInputsJson(const ModelCard& card) {
    auto json = nlohmann::ordered_json::array();
    for (const auto& [name, value, unit, evidence] : card.sideInputs) {
        json.push_back({{"name", name}, {"value", value}, {"unit", unit}, {"evidence", evidence}});
    }
    return json;
}

nlohmann::ordered_json modelJson(const ModelCard& card) {
    nlohmann::ordered_json json{{"name", card.name},
                                {"file", card.file},
                                {"sha256", card.sha256},
                                {"architecture", card.architecture},
                                {"scale", card.scale},
                                {"range", card.range},
                                {"parameters", card.parameters}};
    if (!card.sideInputs.empty()) {
        json["side_inputs"] = sideInputsJson(card);
    }
    return json;
}

nlohmann::ordered_json degradationOrNull(const Scene& scene) {
    return scene.degradation.isClean() ? nlohmann::ordered_json(nullptr)
                                       : nlohmann::ordered_json(toString(scene.degradation));
}

nlohmann::ordered_json seedOrNull(const Scene& scene) {
    return scene.degradation.isClean() ? nlohmann::ordered_json(nullptr)
                                       : nlohmann::ordered_json(scene.degradationSeed);
}

void addReading(nlohmann::ordered_json& options, const ImageReading& reading) {
    for (const auto& row : imageReadingTable) {
        options[row.name] = reading.*row.member;
    }
}

void makeNamesUnique(const std::vector<ModelCard*>& cards) {
    std::set<std::string> taken;
    for (auto* card : cards) {
        auto name = card->name;
        std::ranges::replace_if(
            name, [](unsigned char c) { return c == '/' || c == '\\' || c < 0x20; }, '_');
        if (name.empty() || name.starts_with('.')) {
            name = fmt::format("_{}", name);
        }
        card->name = name;
        for (int n = 2; !taken.insert(card->name).second; ++n) {
            card->name = fmt::format("{}-{}", name, n);
        }
    }
}

}  // namespace lamscope
