// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/degrade_files.h"

#include <set>
#include <span>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/json_text.h"
#include "base/output_files.h"
#include "image/image_file.h"
#include "scene/document_blocks.h"

namespace lamscope {

namespace {

std::filesystem::path targetOf(const DegradeOptions& options, const NamedDegradation& degradation,
                               const std::filesystem::path& image) {
    return options.outputFolder / degradation.name / (image.stem().string() + ".png");
}

std::filesystem::path documentOf(const DegradeOptions& options) {
    return options.outputFolder / "degrade.json";
}

void checkDegradeOptions(const DegradeOptions& options) {
    if (options.images.empty() || options.degradations.empty()) {
        throw Error(ErrorCode::InvalidArgument, "at least one image and one degradation are needed");
    }
    std::set<std::string> stems;
    for (const auto& image : options.images) {
        if (!stems.insert(image.stem().string()).second) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("two images are called {}; their results would overwrite each other",
                                    image.stem().string()));
        }
    }
    std::vector<std::filesystem::path> outputs{documentOf(options)};
    for (const auto& degradation : options.degradations) {
        for (const auto& image : options.images) {
            outputs.push_back(targetOf(options, degradation, image));
        }
    }
    checkOutputFiles(outputs, options.images);
}

/// "images" of one degradation: with the numbers that each image drew.
nlohmann::ordered_json drawsJson(const DegradeOptions& options, const NamedDegradation& entry) {
    auto images = nlohmann::ordered_json::array();
    for (const auto& image : options.images) {
        images.push_back({{"file", image.string()},
                          {"recipe", toString(drawnFor(entry.degradation, options.seed, image.stem().string()))}});
    }
    return images;
}

std::string documentText(const DegradeOptions& options) {
    nlohmann::ordered_json json;
    json["lamscope"] = programJson("cpu");
    json["options"] = {
        {"scale", options.scale}, {"reduce", std::string(toString(options.reduction))}, {"seed", options.seed}};
    addReading(json["options"], options.reading);
    auto& degradations = json["degradations"] = nlohmann::ordered_json::array();
    for (const auto& entry : options.degradations) {
        degradations.push_back(
            {{"name", entry.name}, {"recipe", toString(entry.degradation)}, {"images", drawsJson(options, entry)}});
    }
    return dumpJson(json);
}

}  // namespace

std::optional<DegradeSummary> degradeFiles(const DegradeOptions& options, const std::stop_token& stop,
                                           const std::function<void(std::size_t, std::size_t)>& progress) {
    checkDegradeOptions(options);
    const auto reading = sharedReading(options.reading, options.images, stop);
    if (!reading) {
        return std::nullopt;
    }
    DegradeSummary summary;
    StagedFiles files;
    files.makeFolder(options.outputFolder);
    for (const auto& entry : options.degradations) {
        files.makeFolder(options.outputFolder / entry.name);
    }
    for (std::size_t i = 0; i < options.images.size(); ++i) {
        const auto loaded = readImage(options.images[i], *reading);
        summary.warnings.insert(summary.warnings.end(), loaded.warnings.begin(), loaded.warnings.end());
        for (const auto& entry : options.degradations) {
            if (stop.stop_requested()) {
                return std::nullopt;
            }
            const auto pair = degrade(loaded.image, options.scale, options.reduction, entry.degradation, options.seed);
            files.add(targetOf(options, entry, options.images[i]), std::span<const std::byte>(encodePng(pair.lr)));
        }
        if (progress) {
            progress(i + 1, options.images.size());
        }
    }
    files.add(documentOf(options), documentText(options));
    for (const auto& entry : options.degradations) {
        for (const auto& image : options.images) {
            summary.written.push_back(targetOf(options, entry, image));
        }
    }
    summary.written.push_back(documentOf(options));
    files.commit();
    return summary;
}

}  // namespace lamscope
