// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/lam_run.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/output_files.h"
#include "base/sha256.h"
#include "image/image_file.h"
#include "method/lam/batch_calibration.h"
#include "method/lam/path_gradients.h"
#include "model/model_files.h"
#include "runtime/device.h"

namespace lamscope {

namespace {

/// The images of a run, before any network's scale is known.
struct RunImages {
    Image image;      // HR or LR
    Image reference;  // HR beside LR; empty if none
    std::vector<std::string> warnings;
};

RunImages readImages(const LamRunOptions& options) {
    RunImages images;
    auto loaded = readImage(options.image, options.orientation);
    images.image = std::move(loaded.image);
    images.warnings = std::move(loaded.warnings);
    if (!options.reference.empty()) {
        auto reference = readImage(options.reference, options.orientation);
        images.reference = std::move(reference.image);
        images.warnings.insert(images.warnings.end(), reference.warnings.begin(), reference.warnings.end());
    }
    return images;
}

/// LR and, where it is known, HR at one network's scale.
LowResolutionPair imagesFor(const RunImages& images, const LamRunOptions& options, int scale) {
    if (options.imageIsHr) {
        return makeLowResolution(images.image, scale, options.reduction);
    }
    LowResolutionPair pair{.lr = images.image, .hr = {}};
    if (!images.reference.empty()) {
        const int width = pair.lr.width() * scale;
        const int height = pair.lr.height() * scale;
        if (images.reference.width() < width || images.reference.height() < height) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("{} has {}x{} pixels, which is less than {} times the {}x{} of {}",
                                    options.reference.string(), images.reference.width(), images.reference.height(),
                                    scale, pair.lr.width(), pair.lr.height(), options.image.string()));
        }
        pair.hr = images.reference.cropped({0, 0, width, height});
    }
    return pair;
}

std::vector<Patch> patchesOf(const LamRunOptions& options) {
    if (options.gridAlone) {
        return {};
    }
    return options.patches.empty() ? std::vector{options.lam.patch} : options.patches;
}

using ReportGradients = std::function<void(std::int64_t done, std::int64_t planned)>;

std::optional<std::vector<LamResult>> computeMaps(const SrModel& model, const LowResolutionPair& pair,
                                                  const LamRunOptions& options, const EvaluationOptions& evaluation,
                                                  const std::stop_token& stop, const ReportGradients& report) {
    const auto patches = patchesOf(options);
    const auto* hr = pair.hr.empty() ? nullptr : &pair.hr;
    if (patches.size() != 1) {
        return computeLams(
            model, pair.lr, hr, options.lam, patches, stop,
            [&](const LamsProgress& state) { report(state.gradientsDone, state.gradientsPlanned); }, evaluation);
    }
    auto own = options.lam;
    own.patch = patches.front();
    auto result = computeLam(
        model, pair.lr, hr, own, stop, [&](const LamProgress& state) { report(state.nodesDone, state.nodesPlanned); },
        evaluation);
    if (!result) {
        return std::nullopt;
    }
    return std::vector{std::move(*result)};
}

/// False when stopped.
bool addMaps(LamDocument& document, const SrModel& model, const ModelCard& card, const LowResolutionPair& pair,
             const LamRunOptions& options, const EvaluationOptions& evaluation, const std::stop_token& stop,
             const ReportGradients& report) {
    auto results = computeMaps(model, pair, options, evaluation, stop, report);
    if (!results) {
        return false;
    }
    for (auto& result : *results) {
        if (!options.gradientsAt.empty()) {
            auto own = options.lam;
            own.patch = result.patch;
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
    static_cast<void>(makePlan(options.lam));
    const auto images = readImages(options);
    std::vector<SrModel> models;
    std::vector<ModelCard> cards;
    for (const auto& spec : options.models) {
        if (stop.stop_requested()) {
            return std::nullopt;
        }
        auto model = loadModel(spec, options.device);
        models.push_back(options.randomisation ? withRandomParameters(std::move(model), *options.randomisation)
                                               : std::move(model));
        cards.push_back(models.back().card());
    }
    std::vector<ModelCard*> names;
    std::vector<LowResolutionPair> pairs;
    for (auto& card : cards) {
        names.push_back(&card);
        pairs.push_back(imagesFor(images, options, card.scale));
        for (const auto& patch : patchesOf(options)) {
            checkPatch(patch, options.lam.detector, card.scale, pairs.back().lr.width(), pairs.back().lr.height(),
                       makePlan(options.lam).context);
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
        const bool complete = addMaps(document, models[i], cards[i], pairs[i], options, evaluation, stop, report)
                              && addGrid(document, models[i], cards[i], pairs[i].lr, options, evaluation, stop, report);
        if (!complete) {
            return std::nullopt;
        }
    }
    return document;
}

}  // namespace lamscope
