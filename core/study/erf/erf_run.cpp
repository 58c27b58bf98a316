// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/erf/erf_run.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "base/output_files.h"
#include "base/sha256.h"
#include "image/image_file.h"
#include "model/sr_model.h"
#include "runtime/device.h"
#include "scene/document_blocks.h"
#include "scene/grid_words.h"
#include "scene/network_input.h"

namespace lamscope {

namespace {

/// The networks of an experiment over its images.
class ErfRun {
public:
    ErfRun(const Experiment& experiment, const ErfRunSettings& settings)
        : experiment_(experiment)
        , settings_(settings)
        , specs_(shownNetworks(experiment)) {
        document_.options = erfOptionsOf(experiment);
        if (experiment.scenes.empty() || specs_.empty()) {
            throw Error(ErrorCode::InvalidArgument,
                        "there is no image or no network that is shown: nothing to measure");
        }
    }

    /// False when stopped.
    bool loadNetworks(const std::stop_token& stop) {
        for (const auto& spec : specs_) {
            if (stop.stop_requested()) {
                return false;
            }
            models_.push_back(loadModel(spec, settings_.device));
            // What it refuses shows before the long work.
            static_cast<void>(ErfMeasurement(models_.back(), document_.options, erfFrame(document_.options.side)));
            document_.results.push_back({.card = models_.back().card(), .result = {}});
        }
        std::vector<ModelCard*> names;
        for (auto& named : document_.results) {
            names.push_back(&named.card);
        }
        makeNamesUnique(names);
        return true;
    }

    /// To be called once the networks are loaded, whose names are part of the files'.
    void checkOutputs() const {
        auto outputs = settings_.outputs;
        if (!settings_.arrayFolder.empty()) {
            for (const auto& named : document_.results) {
                outputs.push_back(erfArrayFile(settings_.arrayFolder, named.card.name));
            }
        }
        checkOutputFiles(outputs, filesOf(experiment_));
    }

    /// False when stopped.
    bool readImages(const std::stop_token& stop) {
        document_.experiment = experiment_;
        auto& used = document_.experiment.scenes;
        used.clear();
        std::vector<std::string> leftOut;
        std::vector<std::filesystem::path> files;
        std::optional<ImageReading> reading;
        std::ranges::transform(experiment_.scenes, std::back_inserter(files), &Scene::image);
        for (const auto& scene : experiment_.scenes) {
            if (std::ssize(used) == document_.options.images) {
                break;
            }
            if (stop.stop_requested()) {
                return false;
            }
            if (!reading) {
                reading = sharedReading(scene.reading, files, stop);  // one mean is over all images
                if (!reading) {
                    return false;
                }
            }
            auto loaded = readImage(scene.image, *reading);
            const auto reason = addCrops(scene, loaded.image);
            if (!reason.empty()) {
                leftOut.push_back(reason);
                continue;
            }
            used.push_back(scene);
            used.back().sha256 = sha256OfFile(scene.image);
            std::ranges::move(loaded.warnings, std::back_inserter(document_.warnings));
        }
        if (used.empty()) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("no image holds a crop of {0}x{0} LR pixels there, choose a smaller side or other "
                                    "images: {1}",
                                    document_.options.side, fmt::join(leftOut, "; ")));
        }
        for (const auto& reason : leftOut) {
            document_.warnings.push_back("left out: " + reason);
        }
        return true;
    }

    /// Nullopt when stopped.
    std::optional<ErfDocument> measure(const std::stop_token& stop, const ErfRunCallback& progress) {
        document_.device = settings_.device;
        document_.threads = computeThreads();
        for (std::size_t i = 0; i < models_.size(); ++i) {
            auto& [card, result, mapFile] = document_.results[i];
            ErfRunProgress state{.model = i, .models = models_.size(), .name = card.name};
            auto measured =
                computeErf(models_[i], crops_.at(card.scale), document_.options, stop, [&](const ErfProgress& images) {
                    if (progress) {
                        state.images = images;
                        progress(state);
                    }
                });
            if (!measured) {
                return std::nullopt;
            }
            result = *std::move(measured);
        }
        std::vector<std::string> hashes;
        std::ranges::transform(document_.results, std::back_inserter(hashes),
                               [](const NamedErfResult& named) { return named.card.sha256; });
        noteNetworkHashes(document_.experiment, hashes);
        return std::move(document_);
    }

private:
    /// Adds the crops of an image for each scale; a sentence that says why not, where it cannot be used.
    std::string addCrops(const Scene& scene, const Image& image) {
        std::map<int, ErfCrop> crops;
        for (const auto& named : document_.results) {
            const int scale = named.card.scale;
            if (crops.contains(scale)) {
                continue;
            }
            if (scene.role == ImageRole::Hr && std::min(image.width(), image.height()) < scale) {
                return fmt::format("{} has {}x{} pixels", scene.image.string(), image.width(), image.height());
            }
            const auto lr = makeInput(image, {}, inputRecipeOf(scene), scale).lr;
            std::optional<std::pair<int, int>> at;
            if (const auto patches = patchesOf(scene, scale); !patches.empty()) {
                const auto& [x, y, size] = patches.front();
                at = {x + size / 2, y + size / 2};
            }
            auto crop = erfCrop(lr, scale, document_.options.side, at);
            if (!crop) {
                return fmt::format("{} has {}x{} {} pixels at x{}{}", scene.image.string(), lr.width(), lr.height(),
                                   gridWords(scale).input, scale,
                                   at ? fmt::format(", too few around the {} pixel ({}, {})", gridWords(scale).output,
                                                    at->first, at->second)
                                      : "");
            }
            crop->lr.file = scene.image.string();
            crops.emplace(scale, *std::move(crop));
        }
        for (auto& [scale, crop] : crops) {
            crops_[scale].push_back(std::move(crop));
        }
        return {};
    }

    const Experiment& experiment_;
    const ErfRunSettings& settings_;
    std::vector<ModelSpec> specs_;
    std::vector<SrModel> models_;
    std::map<int, std::vector<ErfCrop>> crops_;  // by scale, in the order of the images
    ErfDocument document_;
};

}  // namespace

std::optional<ErfDocument> runErf(const Experiment& experiment, const ErfRunSettings& settings,
                                  const std::stop_token& stop, const ErfRunCallback& progress) {
    ErfRun run(experiment, settings);
    if (!run.loadNetworks(stop)) {
        return std::nullopt;
    }
    run.checkOutputs();
    if (!run.readImages(stop)) {
        return std::nullopt;
    }
    return run.measure(stop, progress);
}

}  // namespace lamscope
