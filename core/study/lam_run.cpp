// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/lam_run.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/output_files.h"
#include "base/sha256.h"
#include "method/lam/batch_calibration.h"
#include "method/lam/lam_experiment.h"
#include "method/lam/path_gradients.h"
#include "runtime/device.h"
#include "scene/document_blocks.h"
#include "study/run_maps.h"

namespace lamscope {

namespace {

/// The networks of an experiment on all its scenes.
class LamRun {
public:
    LamRun(const Experiment& experiment, const LamRunSettings& settings, const std::stop_token& stop,
           const LamRunCallback& progress)
        : experiment_(experiment)
        , settings_(settings)
        , stop_(stop)
        , progress_(progress)
        , plan_(makePlan(lamOptionsOf(experiment)))
        , specs_(shownNetworks(experiment))
        , batches_(BatchCalibration::defaultFile())
        , evaluation_{.batches = &batches_} {
        if (experiment.scenes.empty() || specs_.empty()) {
            throw Error(ErrorCode::InvalidArgument,
                        "there is no image or no network that is shown: nothing to compute");
        }
        for (const auto& scene : experiment.scenes) {
            if (scene.boxes.empty() && !experiment.gridStride) {
                throw Error(ErrorCode::InvalidArgument,
                            fmt::format("there is no patch in {}: nothing to compute", scene.image.string()));
            }
        }
    }

    /// Images and networks, before the long work. False when stopped.
    bool load() {
        std::ranges::transform(experiment_.scenes, std::back_inserter(images_), readImages);
        for (const auto& spec : specs_) {
            if (stop_.stop_requested()) {
                return false;
            }
            models_.push_back(loadModel(spec, settings_.device));
            cards_.push_back(models_.back().card());
        }
        std::vector<ModelCard*> names;
        for (auto& card : cards_) {
            names.push_back(&card);
        }
        makeNamesUnique(names);
        return true;
    }

    /// To be called once the networks are loaded, whose names are part of the files'.
    void checkOutputs() const {
        auto outputs = settings_.outputs;
        if (!settings_.arrayFolder.empty()) {
            for (const auto& scene : experiment_.scenes) {
                for (const auto& card : cards_) {
                    std::ranges::move(lamArrayFiles({card.name}, patchesOf(scene, card.scale),
                                                    experiment_.gridStride.has_value(), settings_.arrayFolder),
                                      std::back_inserter(outputs));
                }
            }
        }
        checkOutputFiles(outputs, filesOf(experiment_));
    }

    /// The maps of one scene; nullopt when stopped.
    std::optional<LamDocument> compute(std::size_t scene) {
        const auto& asked = experiment_.scenes[scene];
        const auto& images = images_[scene];
        std::vector<LowResolutionPair> pairs;
        std::vector<std::vector<PlacedPatch>> placed;  // of each network, before the first is evaluated
        for (const auto& card : cards_) {
            pairs.push_back(imagesFor(images, asked, card.scale));
            const auto& [lr, hr] = pairs.back();
            placed.push_back(placePatches(card, lr, hr.empty() ? nullptr : &hr, plan_, patchesOf(asked, card.scale)));
        }
        if (scene == 0) {
            checkOutputs();
        }
        auto document = documentOf(asked);
        document.lrWidth = pairs.front().lr.width();
        document.lrHeight = pairs.front().lr.height();
        document.warnings = images.warnings;
        for (std::size_t i = 0; i < models_.size(); ++i) {
            const ReportGradients report = [&](std::int64_t done, std::int64_t planned) {
                if (progress_) {
                    progress_({scene * models_.size() + i, experiment_.scenes.size() * models_.size(), cards_[i].name,
                               done, planned});
                }
            };
            const auto patches = patchesOf(asked, cards_[i].scale);
            if (!addMaps(document, i, pairs[i], placed[i], report)
                || !addGrid(document, i, pairs[i].lr, patches, report)) {
                return std::nullopt;
            }
        }
        return document;
    }

private:
    /// The document of a scene, without results: what was asked for, and which files were found.
    [[nodiscard]] LamDocument documentOf(const Scene& scene) const {
        LamDocument document;
        document.experiment = experiment_;
        document.experiment.scenes = {scene};
        auto& found = document.experiment.scenes.front();
        found.sha256 = sha256OfFile(scene.image);
        const bool sameScale =
            std::ranges::all_of(cards_, [this](const auto& card) { return card.scale == cards_.front().scale; });
        if (found.gridScale == 0 && sameScale) {
            found.gridScale = cards_.front().scale;
        }
        std::size_t loaded = 0;
        for (auto& network : document.experiment.networks) {
            if (network.shown) {
                network.sha256 = cards_[loaded].sha256;
                ++loaded;
            }
        }
        document.device = settings_.device;
        document.threads = computeThreads();
        const auto patches = patchesOf(scene, cards_.front().scale);
        document.plan = patches.empty() ? makePlan(diMapOptions(plan_.options)) : planFor(patches.front());
        return document;
    }

    [[nodiscard]] LamPlan planFor(const Patch& patch) const {
        auto plan = plan_;
        plan.options.patch = patch;
        return plan;
    }

    /// False when stopped.
    bool addMaps(LamDocument& document, std::size_t network, const LowResolutionPair& pair,
                 const std::vector<PlacedPatch>& patches, const ReportGradients& report) const {
        auto results = computeMaps(models_[network], pair, patches, plan_, evaluation_, stop_, report);
        if (!results) {
            return false;
        }
        for (auto& result : *results) {
            if (!settings_.gradientsAt.empty()) {
                auto gradients = computePathGradients(models_[network], pair.lr, planFor(result.patch),
                                                      settings_.gradientsAt, stop_);
                if (!gradients) {
                    return false;
                }
                result.pathGradients = *std::move(gradients);
            }
            document.results.push_back({cards_[network], std::move(result), {}, {}});
        }
        return true;
    }

    /// False when stopped.
    bool addGrid(LamDocument& document, std::size_t network, const Image& lr, const std::vector<Patch>& patches,
                 const ReportGradients& report) const {
        if (!experiment_.gridStride) {
            return true;
        }
        auto map = computeDiMap(
            models_[network], lr, planFor(patches.empty() ? Patch() : patches.front()).options, *experiment_.gridStride,
            stop_, [&](const DiMapProgress& state) { report(state.gradientsDone, state.gradientsPlanned); },
            evaluation_);
        if (map) {
            document.grids.push_back({cards_[network], std::move(*map), {}});
        }
        return map.has_value();
    }

    const Experiment& experiment_;
    const LamRunSettings& settings_;
    const std::stop_token& stop_;
    const LamRunCallback& progress_;
    LamPlan plan_;  // of all scenes and networks; the patch of its options is unused
    std::vector<ModelSpec> specs_;
    BatchCalibration batches_;
    EvaluationOptions evaluation_;
    std::vector<RunImages> images_;
    std::vector<SrModel> models_;
    std::vector<ModelCard> cards_;  // of `models_`, with names that are unique
};

}  // namespace

std::optional<std::vector<LamDocument>> runLam(const Experiment& experiment, const LamRunSettings& settings,
                                               const std::stop_token& stop, const LamRunCallback& progress) {
    LamRun run(experiment, settings, stop, progress);
    if (!run.load()) {
        return std::nullopt;
    }
    std::vector<LamDocument> documents;
    for (std::size_t scene = 0; scene < experiment.scenes.size(); ++scene) {
        auto document = run.compute(scene);
        if (!document) {
            return std::nullopt;
        }
        documents.push_back(*std::move(document));
    }
    return documents;
}

}  // namespace lamscope
