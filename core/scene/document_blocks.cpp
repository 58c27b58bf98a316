// SPDX-License-Identifier: GPL-3.0-or-later
#include "scene/document_blocks.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/version.h"
#include "runtime/device.h"

namespace lamscope {

nlohmann::ordered_json programJson(const std::string& device) {
    return {{"version", version()}, {"libtorch", libtorchVersion()}, {"device", device}};
}

nlohmann::ordered_json modelJson(const ModelCard& card) {
    return {{"name", card.name},
            {"file", card.file},
            {"sha256", card.sha256},
            {"architecture", card.architecture},
            {"scale", card.scale},
            {"range", card.range},
            {"parameters", card.parameters}};
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
