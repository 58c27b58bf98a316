// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/training_card.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/json_text.h"

namespace lamscope {

namespace {

using Json = nlohmann::ordered_json;

Json receptiveFieldJson(const ReceptiveField& field) {
    if (field.global) {
        return "global";
    }
    return field.radius ? Json(*field.radius) : Json(nullptr);
}

Json curveJson(const std::vector<TrainingLogEntry>& log) {
    auto curve = Json::array();
    for (const auto& entry : log) {
        if (entry.psnr) {
            curve.push_back({{"step", entry.step},
                             {"seconds", entry.seconds},
                             {"loss", numberOrNull(entry.loss)},
                             {"psnr", numberOrNull(entry.psnr)}});
        }
    }
    return curve;
}

Json testsJson(const std::vector<TrainingTest>& tests) {
    auto array = Json::array();
    for (const auto& test : tests) {
        array.push_back({{"set", test.set},
                         {"images", test.network.images.size()},
                         {"channel", "y"},
                         {"border", test.network.border},
                         {"psnr", numberOrNull(test.network.mean.psnr)},
                         {"ssim", numberOrNull(test.network.mean.ssim)},
                         {"bicubic_psnr", numberOrNull(test.bicubic.mean.psnr)},
                         {"bicubic_ssim", numberOrNull(test.bicubic.mean.ssim)}});
    }
    return array;
}

Json rangeJson(const RainRange& range) {
    return {{"quantity", {range.quantity.low, range.quantity.high}},
            {"kernel_width", range.kernelWidths},
            {"length", {range.length.low, range.length.high}},
            {"angle", {range.angle.low, range.angle.high}}};
}

/// The results of `derain --json` without what belongs to single images and to the machine.
Json restorationJson(const DerainDocument& document, const std::vector<NamedDegradation>& ranges) {
    auto results = Json::parse(toJson(document)).at("results");
    for (auto& result : results) {
        for (const auto* name : {"model", "per_image", "seconds"}) {
            result.erase(name);
        }
        const auto range = std::ranges::find(ranges, result.at("range").get<std::string>(), &NamedDegradation::name);
        if (range != ranges.end() && range->degradation.rain) {
            result["rain"] = rangeJson(range->degradation.rain->range);
        }
    }
    return results;
}

Json backgroundsJson(const std::vector<Background>& backgrounds) {
    auto array = Json::array();
    for (const auto& [file, part] : backgrounds) {
        array.push_back({{"file", file}, {"x", part.x}, {"y", part.y}, {"width", part.width}, {"height", part.height}});
    }
    return array;
}

}  // namespace

std::string toJson(const TrainingCard& card) {
    const auto& model = card.model;
    Json hyperparameters = Json::object();
    for (const auto& [name, value] : model.hyperparameters) {
        hyperparameters[name] = value;
    }
    Json json;
    json["name"] = card.options.name;
    json["file"] = std::filesystem::path(model.file).filename().string();
    json["sha256"] = model.sha256;
    json["about"] = card.options.about.empty() ? Json(nullptr) : Json(card.options.about);
    json["architecture"] = model.architecture;
    json["hyperparameters"] = hyperparameters;
    json["scale"] = model.scale;
    json["range"] = model.range;
    json["channel"] = model.colour == ModelCard::Colour::Y ? "y" : "rgb";
    json["parameters"] = model.parameters;
    json["receptive_field"] = receptiveFieldJson(model.receptiveField);
    json["receptive_field_evidence"] = model.receptiveField.evidence;
    json["licence"] = card.options.licence.empty() ? Json(nullptr) : Json(card.options.licence);
    json["training"] = {{"command", card.command},
                        {"images", card.trainingImages},
                        {"validation_images", card.validationImages},
                        {"steps", card.log.empty() ? 0 : card.log.back().step},
                        {"seconds", card.log.empty() ? 0.0 : card.log.back().seconds},
                        {"description", Json::parse(card.options.json)}};
    if (!card.about.empty()) {
        json["training"]["samples"] = card.about;
    }
    if (!card.backgrounds.empty()) {
        json["training"]["backgrounds"] = backgroundsJson(card.backgrounds);
    }
    json["learning_curve"] = curveJson(card.log);
    json["tests"] = testsJson(card.tests);
    if (card.restoration) {
        json["evaluation"] = restorationJson(*card.restoration, card.options.evaluations);
    }
    return dumpJson(json);
}

}  // namespace lamscope
