// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/faithfulness/faithfulness_run.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/output_files.h"
#include "method/lam/batch_calibration.h"
#include "method/lam/lam_experiment.h"
#include "metrics/concentration.h"
#include "study/lam_run.h"

namespace lamscope {

namespace {

/// What a map says by itself, as a computed one has it.
void describe(LamResult& result, const Attribution& attribution, int scale) {
    result.map = mapOf(attribution);
    for (const double value : attribution.values) {
        result.attributionSum += value;
    }
    if (std::ranges::all_of(result.map, [](double value) { return value == 0.0; })) {
        return;
    }
    const auto patch = patchIn(result.context, result.patch, scale);
    result.gini = giniCoefficient(result.map);
    result.diffusionIndex = diffusionIndex(result.map);
    result.mass95Pixels = static_cast<std::int64_t>(massPixels(result.map));
    result.radiusPixels = radiusOfGyration(result.map, result.context.width, result.context.height,
                                           (patch.x + patch.size / 2.0) / scale, (patch.y + patch.size / 2.0) / scale);
}

class FaithfulnessRun {
public:
    FaithfulnessRun(const Experiment& experiment, const FaithfulnessRunSettings& settings)
        : settings_(settings)
        , judged_(judgedExperiment(experiment))
        , plan_(makePlan(lamOptionsOf(judged_)))
        , batches_(BatchCalibration::defaultFile()) {
        document_.experiment = experiment;
        document_.options = faithfulnessOptionsOf(experiment);
        if (experiment.scenes.size() != 1) {
            throw Error(ErrorCode::InvalidArgument, "the faithfulness of maps is measured on one image");
        }
        const std::filesystem::path file = document_.options.attribution;
        if (!file.empty()) {
            if (experiment.scenes.front().boxes.size() != 1) {
                throw Error(ErrorCode::InvalidArgument,
                            "an attribution file belongs to one patch; give one place, or leave out --attribution");
            }
            checkOutputFiles(settings.outputs, std::array{file});
        }
        if (!settings_.evaluation.batch && settings_.evaluation.batches == nullptr) {
            settings_.evaluation.batches = &batches_;
        }
    }

    /// False when stopped.
    bool computeMaps(const std::stop_token& stop, const FaithfulnessRunCallback& progress) {
        LamRunSettings settings{
            .device = settings_.device, .outputs = settings_.outputs, .evaluation = settings_.evaluation};
        settings.load = [this](const ModelSpec& spec) {
            models_.push_back(std::make_shared<const SrModel>(loadModel(spec, settings_.device)));
            return models_.back();
        };
        if (!document_.options.attribution.empty()) {
            settings.givenMap = [this](const PlacedPatch& patch, const Image& lr, const Image& hr) {
                return givenMap(patch, lr, hr);
            };
        }
        auto maps = runLam(judged_, settings, stop, [&](const LamRunProgress& state) {
            if (progress) {
                progress({fmt::format("map of {}", state.name), shareOf(state)});
            }
        });
        if (!maps) {
            return false;
        }
        document_.maps = std::move(maps->front());
        auto& experiment = document_.experiment;
        experiment.scenes = document_.maps.experiment.scenes;
        experiment.networks = document_.maps.experiment.networks;
        return true;
    }

    /// Nullopt when stopped.
    std::optional<FaithfulnessDocument> measure(const std::stop_token& stop, const FaithfulnessRunCallback& progress) {
        auto& maps = document_.maps.results;
        const auto patches = maps.size() / models_.size();
        for (std::size_t i = 0; i < maps.size(); ++i) {
            auto& [card, map, attributionFile, mapFile] = maps[i];
            auto input = faithfulnessInput(map, plan_, card.scale);
            if (!given_.empty()) {
                input.attribution = given_[i];
            }
            std::optional<FaithfulnessResult> result;
            try {
                result = measureFaithfulness(
                    *models_[i / patches], std::move(input), document_.options, stop,
                    [&](const FaithfulnessProgress& state) {
                        if (progress) {
                            progress({fmt::format("faithfulness of {}", card.name),
                                      static_cast<double>(state.done) / static_cast<double>(state.planned)});
                        }
                    },
                    settings_.evaluation);
            } catch (const Error& error) {
                if (error.code() != ErrorCode::InvalidArgument) {
                    throw;
                }
                throw Error(error.code(), fmt::format("{}: {}", card.name, error.what()));
            }
            if (!result) {
                return std::nullopt;
            }
            if (!given_.empty()) {
                map.detectorImage = result->ends.image;
                map.detectorBaseline = result->ends.baseline;
                map.completenessError = result->completenessError;
            }
            document_.results.push_back(*std::move(result));
        }
        return std::move(document_);
    }

private:
    [[nodiscard]] LamResult givenMap(const PlacedPatch& patch, const Image& lr, const Image& hr) {
        auto read = readAttribution(document_.options.attribution, patch.context, lr.width(), lr.height());
        if (read.block > 1) {
            document_.warnings.push_back(
                fmt::format("{}: a value for each block of {}x{} LR pixels, spread evenly over its pixels",
                            document_.options.attribution, read.block, read.block));
        }
        const int scale = models_[given_.size()]->card().scale;
        LamResult result;
        result.patch = patch.patch;
        result.context = patch.context;
        result.lr = lr.cropped(patch.context);
        if (!hr.empty()) {
            const auto& [x, y, width, height] = patch.context;
            result.hr = hr.cropped({x * scale, y * scale, width * scale, height * scale});
        }
        describe(result, read.attribution, scale);
        given_.push_back(std::move(read.attribution));
        return result;
    }

    FaithfulnessRunSettings settings_;
    Experiment judged_;
    LamPlan plan_;
    BatchCalibration batches_;
    std::vector<std::shared_ptr<const SrModel>> models_;
    std::vector<Attribution> given_;  // by the file, network by network
    FaithfulnessDocument document_;
};

}  // namespace

std::optional<FaithfulnessDocument> runFaithfulness(const Experiment& experiment,
                                                    const FaithfulnessRunSettings& settings,
                                                    const std::stop_token& stop,
                                                    const FaithfulnessRunCallback& progress) {
    FaithfulnessRun run(experiment, settings);
    if (!run.computeMaps(stop, progress)) {
        return std::nullopt;
    }
    return run.measure(stop, progress);
}

}  // namespace lamscope
