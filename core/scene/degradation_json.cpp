// SPDX-License-Identifier: GPL-3.0-or-later
#include "scene/degradation_json.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "base/error.h"
#include "base/json_text.h"
#include "scene/document_blocks.h"

namespace lamscope {

namespace {

using Json = nlohmann::ordered_json;

bool isBuiltIn(const RainRange& range) {
    return std::ranges::find(rainRanges(), range.name, &RainRange::name) != rainRanges().end();
}

Json numberJson(const RecipeNumber& number) {
    return {number.low, number.high};
}

RecipeNumber numberFrom(const Json& json) {
    return {.low = json.at(0).get<double>(), .high = json.at(1).get<double>()};
}

RainRange rangeFrom(const Json& json, const std::string& name) {
    RainRange range{.name = name,
                    .quantity = numberFrom(json.at("quantity")),
                    .kernelWidths = json.at("kernel_width").get<std::vector<int>>(),
                    .length = numberFrom(json.at("length")),
                    .angle = numberFrom(json.at("angle"))};
    if (range.kernelWidths.empty()) {
        throw Error(ErrorCode::BadFile, fmt::format("the rain of {} has no kernel width", name));
    }
    return range;
}

}  // namespace

void addDegradation(Json& image, const Scene& scene, const std::filesystem::path& folder) {
    auto stated = scene.degradation;
    Json rain;
    if (stated.rain && !isBuiltIn(stated.rain->range)) {
        auto& range = stated.rain->range;
        range.name = nameInDocument(range.name, folder);
        rain = {{"file", range.name},
                {"quantity", numberJson(range.quantity)},
                {"kernel_width", range.kernelWidths},
                {"length", numberJson(range.length)},
                {"angle", numberJson(range.angle)}};
    }
    image["degradation"] = stated.isClean() ? Json(nullptr) : Json(toString(stated));
    image["seed"] = scene.degradationSeed;
    if (!rain.is_null()) {
        image["rain"] = std::move(rain);
    }
}

void readDegradation(const Json& image, const std::filesystem::path& folder, Scene& scene) {
    scene.degradationSeed = optionalMember<std::uint64_t>(image, "seed").value_or(0);
    auto recipe = optionalMember<std::string>(image, "degradation");
    if (!recipe) {
        return;
    }
    const auto rain = image.find("rain");
    if (rain == image.end() || rain->is_null()) {
        scene.degradation = degradationFromString(*recipe);
        return;
    }
    // The numbers are here: the file need not be, and a recipe would read it.
    const auto file = rain->at("file").get<std::string>();
    const auto place = recipe->find(file);
    if (place == std::string::npos) {
        throw Error(ErrorCode::BadFile,
                    fmt::format("its degradation '{}' does not name the rain of {}", *recipe, file));
    }
    recipe->replace(place, file.size(), rainRanges().front().name);
    scene.degradation = degradationFromString(*recipe);
    if (!scene.degradation.rain) {
        throw Error(ErrorCode::BadFile, fmt::format("its degradation has no rain, but numbers for that of {}", file));
    }
    scene.degradation.rain->range = rangeFrom(*rain, fileInDocument(file, folder).string());
}

}  // namespace lamscope
