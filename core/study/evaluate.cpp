// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/evaluate.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <set>

#include <fmt/format.h>

#include "base/csv_field.h"
#include "base/error.h"
#include "base/json_text.h"
#include "base/output_files.h"
#include "image/colour.h"
#include "image/image_file.h"
#include "scene/document_blocks.h"
#include "scene/network_input.h"
#include "study/image_pairs.h"

namespace lamscope {

namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

InputRecipe inputRecipeOf(const EvaluateOptions& options) {
    return {.role = ImageRole::Hr,
            .reduction = options.reduction,
            .degradation = options.degradation,
            .degradationSeed = options.degradationSeed};
}

Image read(const std::filesystem::path& file, const ImageReading& reading, std::vector<std::string>& warnings) {
    auto loaded = readImage(file, reading);
    warnings.insert(warnings.end(), loaded.warnings.begin(), loaded.warnings.end());
    return std::move(loaded.image);
}

LowResolutionPair readPair(const ImagePair& files, int scale, const EvaluateOptions& options,
                           const ImageReading& reading, std::vector<std::string>& warnings) {
    auto hr = read(files.hr, reading, warnings);
    if (!files.lr) {
        return makeInput(hr, {}, inputRecipeOf(options), scale);
    }
    LowResolutionPair pair;
    pair.lr = read(*files.lr, reading, warnings);
    const int width = pair.lr.width() * scale;
    const int height = pair.lr.height() * scale;
    if (hr.width() < width || hr.height() < height || hr.width() >= width + scale || hr.height() >= height + scale) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{} has {}x{} pixels, which is not {} times the {}x{} of {}; is the scale right?",
                                files.hr.string(), hr.width(), hr.height(), scale, pair.lr.width(), pair.lr.height(),
                                files.lr->string()));
    }
    pair.hr = hr.cropped({0, 0, width, height});
    return pair;
}

std::vector<ImagePair> checkedPairs(const EvaluateOptions& options, int scale) {
    if (options.lrFolder.empty() && isInputItself(inputRecipeOf(options), scale)) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("the network does not enlarge, so that images of {} would be its input and their own "
                                "reference; degrade them by a recipe, or give a folder of degraded images",
                                options.hrFolder.string()));
    }
    auto pairs = pairImages(options.hrFolder, options.lrFolder, scale);
    checkOutputFiles(options.outputs, filesOf(pairs));
    return pairs;
}

}  // namespace

std::optional<EvaluateOptions> prepareEvaluations(std::span<const SrModel> models, const EvaluateOptions& options,
                                                  const std::stop_token& stop) {
    std::set<std::filesystem::path> files;
    for (const auto& model : models) {
        std::ranges::copy(filesOf(checkedPairs(options, model.card().scale)), std::inserter(files, files.end()));
    }
    const auto reading = sharedReading(options.reading, std::vector(files.begin(), files.end()), stop);
    if (!reading) {
        return std::nullopt;
    }
    auto prepared = options;
    prepared.reading = *reading;
    return prepared;
}

std::optional<Evaluation> evaluate(const SrModel& model, const EvaluateOptions& options, const std::stop_token& stop,
                                   const std::function<void(std::size_t, std::size_t)>& progress) {
    const auto start = Clock::now();
    const int scale = model.card().scale;
    const auto pairs = checkedPairs(options, scale);
    const auto reading = sharedReading(options.reading, filesOf(pairs), stop);
    if (!reading) {
        return std::nullopt;
    }
    Evaluation result;
    result.card = model.card();
    result.warnings = result.card.warnings;
    result.border = options.border.value_or(scale);
    for (const auto& files : pairs) {
        const auto pair = readPair(files, scale, options, *reading, result.warnings);
        const auto before = Clock::now();
        const auto sr = model.upscale(pair.lr, stop);
        if (!sr || stop.stop_requested()) {
            return std::nullopt;
        }
        EvaluatedImage image;
        image.seconds = secondsSince(before);
        image.file = files.hr.string();
        const auto rounded = quantise8(*sr);
        image.quality = compareImages(rounded, pair.hr, options.channel, result.border);
        if (options.lpips != nullptr) {
            image.lpips = options.lpips->distance(rounded, pair.hr, result.border);
            result.meanLpips = result.meanLpips.value_or(0.0) + *image.lpips / static_cast<double>(pairs.size());
        }
        result.mean.psnr += image.quality.psnr / static_cast<double>(pairs.size());
        result.mean.ssim += image.quality.ssim / static_cast<double>(pairs.size());
        result.images.push_back(std::move(image));
        if (progress) {
            progress(result.images.size(), pairs.size());
        }
    }
    result.seconds = secondsSince(start);
    return result;
}

std::string toJson(const std::vector<Evaluation>& evaluations, const EvaluateOptions& options,
                   const std::string& device) {
    using Json = nlohmann::ordered_json;
    const char* channel = options.channel == Channel::Y ? "y" : "rgb";
    const bool degraded = !options.degradation.isClean();
    const Json lrFolder = options.lrFolder.empty() ? Json(nullptr) : Json(options.lrFolder.string());
    Json json;
    json["lamscope"] = programJson(device);
    json["options"] = {{"hr", options.hrFolder.string()},
                       {"lr", lrFolder},
                       {"channel", channel},
                       {"border", options.border ? Json(*options.border) : Json("scale")},
                       {"reduce", options.lrFolder.empty() ? Json(toString(options.reduction)) : Json(nullptr)},
                       {"degradation", degraded ? Json(toString(options.degradation)) : Json(nullptr)},
                       {"seed", degraded ? Json(options.degradationSeed) : Json(nullptr)}};
    if (options.lpips != nullptr) {
        const auto& [network, linear] = options.lpips->files();
        json["options"]["lpips"] = {{"network", network.string()}, {"linear", linear.string()}};
    }
    addReading(json["options"], options.reading);
    const auto addLpips = [](Json& numbers, const std::optional<double>& lpips) {
        if (lpips) {
            numbers["lpips"] = *lpips;
        }
    };
    json["results"] = Json::array();
    for (const auto& evaluation : evaluations) {
        Json images = Json::array();
        for (const auto& image : evaluation.images) {
            images.push_back({{"file", image.file},
                              {"psnr", numberOrNull(image.quality.psnr)},
                              {"ssim", numberOrNull(image.quality.ssim)},
                              {"seconds", image.seconds}});
            addLpips(images.back(), image.lpips);
        }
        json["results"].push_back({{"model", modelJson(evaluation.card)},
                                   {"hr", options.hrFolder.string()},
                                   {"lr", lrFolder},
                                   {"channel", channel},
                                   {"border", evaluation.border},
                                   {"psnr", numberOrNull(evaluation.mean.psnr)},
                                   {"ssim", numberOrNull(evaluation.mean.ssim)},
                                   {"seconds", evaluation.seconds},
                                   {"images", images},
                                   {"warnings", evaluation.warnings}});
        addLpips(json["results"].back(), evaluation.meanLpips);
    }
    return dumpJson(json);
}

std::string toCsv(const std::vector<Evaluation>& evaluations) {
    const bool withLpips =
        std::ranges::any_of(evaluations, [](const Evaluation& one) { return one.meanLpips.has_value(); });
    std::string text = withLpips ? "network,image,psnr,ssim,lpips,seconds\n" : "network,image,psnr,ssim,seconds\n";
    for (const auto& evaluation : evaluations) {
        const auto addLine = [&](const std::string& image, const Quality& quality, const std::optional<double>& lpips,
                                 double seconds) {
            text += fmt::format("{},{},{},{},", csvField(evaluation.card.name), image, quality.psnr, quality.ssim);
            text += lpips ? fmt::format("{},{}\n", *lpips, seconds) : fmt::format("{}\n", seconds);
        };
        for (const auto& image : evaluation.images) {
            addLine(csvField(image.file), image.quality, image.lpips, image.seconds);
        }
        addLine("mean", evaluation.mean, evaluation.meanLpips, evaluation.seconds);
    }
    return text;
}

}  // namespace lamscope
