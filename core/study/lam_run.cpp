// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/lam_run.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/output_files.h"
#include "base/sha256.h"
#include "method/lam/batch_calibration.h"
#include "method/lam/path_gradients.h"
#include "model/model_spec.h"
#include "runtime/device.h"
#include "study/run_maps.h"

namespace lamscope {

namespace {

/// False when stopped.
bool addMaps(LamDocument& document, const SrModel& model, const ModelCard& card, const LowResolutionPair& pair,
             const LamRunOptions& options, const LamPlan& plan, const EvaluationOptions& evaluation,
             const std::stop_token& stop, const ReportGradients& report) {
    auto results = computeMaps(model, pair, patchesOf(options), plan, evaluation, stop, report);
    if (!results) {
        return false;
    }
    for (auto& result : *results) {
        if (!options.gradientsAt.empty()) {
            auto own = plan;
            own.options.patch = result.patch;
            auto gradients = computePathGradients(model, pair.lr, own, options.gradientsAt, stop);
            if (!gradients) {
                return false;
            }
            result.pathGradients = *std::move(gradients);
        }
        document.results.push_back({card, std::move(result), {}, {}});
    }
    return true;
}

/// False when stopped.
bool addGrid(LamDocument& document, const SrModel& model, const ModelCard& card, const Image& lr,
             const LamRunOptions& options, const EvaluationOptions& evaluation, const std::stop_token& stop,
             const ReportGradients& report) {
    if (!options.gridStride) {
        return true;
    }
    auto map = computeDiMap(
        model, lr, options.lam, *options.gridStride, stop,
        [&](const DiMapProgress& state) { report(state.gradientsDone, state.gradientsPlanned); }, evaluation);
    if (map) {
        document.grids.push_back({card, std::move(*map), {}});
    }
    return map.has_value();
}

/// @param cards with unique names.
void checkOutputs(const LamRunOptions& options, const std::vector<ModelCard>& cards) {
    auto outputs = options.outputs;
    if (!options.arrayFolder.empty()) {
        std::vector<std::string> names;
        std::ranges::transform(cards, std::back_inserter(names), &ModelCard::name);
        std::ranges::move(lamArrayFiles(names, patchesOf(options), options.gridStride.has_value(), options.arrayFolder),
                          std::back_inserter(outputs));
    }
    auto inputs = filesOf(options.models);
    inputs.push_back(options.image);
    inputs.push_back(options.reference);
    checkOutputFiles(outputs, inputs);
}

}  // namespace

std::optional<LamDocument> runLam(const LamRunOptions& options, const std::stop_token& stop,
                                  const LamRunCallback& progress) {
    const auto plan = makePlan(options.lam);
    const auto images = readImages(options);
    std::vector<SrModel> models;
    std::vector<ModelCard> cards;
    for (const auto& spec : options.models) {
        if (stop.stop_requested()) {
            return std::nullopt;
        }
        models.push_back(loadModel(spec, options.device));
        cards.push_back(models.back().card());
    }
    std::vector<ModelCard*> names;
    std::vector<LowResolutionPair> pairs;
    for (auto& card : cards) {
        names.push_back(&card);
        pairs.push_back(imagesFor(images, options, card.scale));
        for (const auto& patch : patchesOf(options)) {
            checkPatch(patch, options.lam.detector, card.scale, pairs.back().lr.width(), pairs.back().lr.height(),
                       plan.context);
        }
    }
    makeNamesUnique(names);
    checkOutputs(options, cards);

    LamDocument document;
    document.imageFile = options.image.string();
    document.imageSha256 = sha256OfFile(options.image);
    document.upright = options.orientation == ExifOrientation::Applied;
    document.fromHr = options.imageIsHr;
    document.reduction = options.imageIsHr ? toString(options.reduction) : "";
    document.referenceFile = options.reference.string();
    document.device = options.device;
    document.threads = computeThreads();
    document.options = options.gridAlone ? diMapOptions(options.lam) : options.lam;
    document.warnings = images.warnings;
    document.lrWidth = pairs.front().lr.width();
    document.lrHeight = pairs.front().lr.height();
    document.gridStride = options.gridStride;
    BatchCalibration batches(BatchCalibration::defaultFile());
    const EvaluationOptions evaluation{.batches = &batches};
    for (std::size_t i = 0; i < models.size(); ++i) {
        const ReportGradients report = [&](std::int64_t done, std::int64_t planned) {
            if (progress) {
                progress({i, models.size(), cards[i].name, done, planned});
            }
        };
        const bool complete = addMaps(document, models[i], cards[i], pairs[i], options, plan, evaluation, stop, report)
                              && addGrid(document, models[i], cards[i], pairs[i].lr, options, evaluation, stop, report);
        if (!complete) {
            return std::nullopt;
        }
    }
    return document;
}

}  // namespace lamscope
