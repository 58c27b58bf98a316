// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/cem/cem_run.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/output_files.h"
#include "base/sha256.h"
#include "image/degradation.h"
#include "model/sr_model.h"
#include "runtime/device.h"
#include "scene/document_blocks.h"
#include "study/cem/intervention_files.h"
#include "study/run_maps.h"

namespace lamscope {

namespace {

/// The networks of an experiment on its image.
class CemRun {
public:
    CemRun(const Experiment& experiment, const CemRunSettings& settings)
        : experiment_(experiment)
        , settings_(settings)
        , specs_(shownNetworks(experiment)) {
        document_.options = cemOptionsOf(experiment);
        if (experiment.scenes.empty() || specs_.empty()) {
            throw Error(ErrorCode::InvalidArgument,
                        "there is no image or no network that is shown: nothing to compute");
        }
        if (scene().boxes.empty()) {
            throw Error(ErrorCode::InvalidArgument, fmt::format("there is no region of interest in {}: nothing to "
                                                                "compute",
                                                                scene().image.string()));
        }
    }

    /// False when stopped.
    bool prepare(const std::stop_token& stop) {
        images_ = readImages(scene());
        imageHash_ = sha256OfFile(scene().image);  // now: the file may change or go before the end
        document_.warnings = images_.warnings;
        auto interventions = readInterventions(document_.options.interventions, document_.options.seed, stop);
        if (!interventions) {
            return false;
        }
        interventions_ = std::make_shared<const CemInterventions>(*std::move(interventions));
        for (const auto& spec : specs_) {
            if (stop.stop_requested()) {
                return false;
            }
            models_.push_back(std::make_unique<const SrModel>(loadModel(spec, settings_.device)));
            document_.results.push_back({.card = models_.back()->card(), .result = {}});
            // What it refuses shows before the long work.
            scans_.push_back(scanOf(models_.size() - 1));
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
                std::ranges::move(cemArrayFiles(settings_.arrayFolder, named.card.name), std::back_inserter(outputs));
            }
        }
        auto inputs = filesOf(experiment_);
        std::ranges::copy(document_.options.interventions, std::back_inserter(inputs));
        checkOutputFiles(outputs, inputs);
    }

    /// Nullopt when stopped.
    std::optional<CemDocument> compute(const std::stop_token& stop, const CemRunCallback& progress) {
        for (std::size_t i = 0; i < models_.size(); ++i) {
            auto& named = document_.results[i];
            auto& scan = *scans_[i];
            while (!scan.finished()) {
                if (!scan.next(stop)) {
                    return std::nullopt;
                }
                if (progress) {
                    progress({i, models_.size(), named.card.name, scan.phase(), scan.done(), scan.planned()});
                }
            }
            named.result = scan.result();
            scans_[i].reset();
        }
        note();
        return std::move(document_);
    }

private:
    [[nodiscard]] const Scene& scene() const { return experiment_.scenes.front(); }

    std::unique_ptr<CemScan> scanOf(std::size_t index) {
        const auto& model = *models_[index];
        const int scale = model.card().scale;
        auto pair = imagesFor(images_, scene(), scale);
        document_.results[index].lr = pair.lr;
        return std::make_unique<CemScan>(model, cemInputOf(scene(), std::move(pair), scale), interventions_,
                                         document_.options, patchesOf(scene(), scale).front());
    }

    /// What was found.
    void note() {
        document_.experiment = experiment_;
        document_.experiment.scenes = {scene()};
        document_.experiment.scenes.front().sha256 = imageHash_;
        std::vector<std::string> hashes;
        std::ranges::transform(document_.results, std::back_inserter(hashes),
                               [](const NamedCemResult& named) { return named.card.sha256; });
        noteNetworkHashes(document_.experiment, hashes);
        document_.source = interventions_->source;
        document_.count = interventions_->count();
        document_.sha256 = interventions_->sha256;
        document_.warnings.insert(document_.warnings.end(), interventions_->warnings.begin(),
                                  interventions_->warnings.end());
        document_.device = settings_.device;
        document_.threads = computeThreads();
    }

    const Experiment& experiment_;
    const CemRunSettings& settings_;
    std::vector<ModelSpec> specs_;
    RunImages images_;
    std::string imageHash_;
    std::shared_ptr<const CemInterventions> interventions_;
    std::vector<std::unique_ptr<const SrModel>> models_;
    std::vector<std::unique_ptr<CemScan>> scans_;
    CemDocument document_;
};

}  // namespace

CemInput cemInputOf(const Scene& scene, LowResolutionPair pair, int scale) {
    CemInput input{.lr = std::make_shared<const Image>(std::move(pair.lr)),
                   .hr = pair.hr.empty() ? nullptr : std::make_shared<const Image>(std::move(pair.hr))};
    const auto& degradation = scene.degradation;
    if (scale != 1 || scene.role != ImageRole::Hr || degradation.isClean()) {
        return input;
    }
    if (degradation.blur || degradation.jpeg || (degradation.noise && degradation.rain)) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("how a block is replaced is defined for noise alone and for rain alone, not for '{}'",
                                toString(degradation)));
    }
    if (degradation.noise) {
        const auto drawn = drawnFor(degradation, scene.degradationSeed, scene.image.stem().string());
        input.noise = drawn.noise->low;
    }
    if (degradation.rain) {
        input.rain = std::make_shared<const Image>(std::move(pair.rain));
    }
    return input;
}

std::optional<CemDocument> runCem(const Experiment& experiment, const CemRunSettings& settings,
                                  const std::stop_token& stop, const CemRunCallback& progress) {
    CemRun run(experiment, settings);
    if (!run.prepare(stop)) {
        return std::nullopt;
    }
    run.checkOutputs();
    return run.compute(stop, progress);
}

}  // namespace lamscope
