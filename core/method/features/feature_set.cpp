// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/features/feature_set.h"

#include <algorithm>

#include "scene/document_blocks.h"

namespace lamscope {

namespace {

using Json = nlohmann::ordered_json;

}  // namespace

Json setJson(const FeatureSet& set) {
    Json json{{"name", set.name}, {"recipe", nullptr}, {"folder", nullptr}, {"patches", set.patches}};
    if (set.recipe) {
        json["recipe"] = *set.recipe;
    }
    if (!set.folder.empty()) {
        json["folder"] = set.folder.string();
    }
    json["patch_side"] = set.width == set.height ? Json(set.width) : Json{set.width, set.height};
    return json;
}

void addSource(Json& options, const FeatureSource& source) {
    options["hr"] = source.images.empty() ? Json(nullptr) : Json::array();
    for (const auto& image : source.images) {
        options["hr"].push_back(image.string());
    }
    options["reduce"] = source.reduce.empty() ? Json(nullptr) : Json(source.reduce);
    addReading(options, source.reading);
    options["device"] = source.device;
    options["threads"] = source.threads;
}

std::string coloursText(const ModelCard& card) {
    return card.colour == ModelCard::Colour::Y ? "Y" : "RGB";
}

std::string fileNamePart(std::string text) {
    std::ranges::replace_if(
        text, [](unsigned char c) { return c < ' ' || c == '/' || c == '\\' || c == ':'; }, '_');
    return text;
}

}  // namespace lamscope
