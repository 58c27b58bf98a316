// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/lam.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "method/lam/lam_context.h"
#include "method/lam/lam_refinement.h"
#include "method/lam/patch_scan.h"
#include "model/sr_model_implementation.h"
#include "model/weights_watch.h"
#include "scene/grid_words.h"

namespace lamscope {

namespace {

std::atomic<std::int64_t> contexts{0};

/// computeLam() of weights that stay what they are.
std::optional<LamResult> computeOnce(const SrModel& model, const Image& lr, const Image* hr, const LamPlan& plan,
                                     const std::stop_token& stop, const LamProgressCallback& progress,
                                     const EvaluationOptions& evaluation) {
    const auto start = std::chrono::steady_clock::now();
    const std::span patch(&plan.options.patch, 1);
    const auto region = checkedContext(model.card(), lr, hr, plan, plan.options.patch);
    const auto context = prepare(model, lr, hr, plan, region, patch, stop, {.evaluation = evaluation});
    if (!context) {
        return std::nullopt;
    }
    LamRefinement refinement(*context, plan, patch, start);
    LamProgress report{.nodesDone = 0, .nodesPlanned = refinement.plan().gradients(), .level = nullptr};
    while (!refinement.finished()) {
        const bool complete = refinement.next(stop, [&](std::int64_t nodesDone) {
            report.nodesDone = nodesDone;
            if (progress) {
                progress(report);
            }
        });
        if (!complete) {
            return std::nullopt;
        }
        if (progress) {
            LamProgress level = report;
            level.level = refinement.results().front();
            progress(level);
        }
    }
    return *refinement.results().front();
}

}  // namespace

std::optional<LamResult> computeLam(const SrModel& model, const Image& lr, const Image* hr, const LamPlan& plan,
                                    const std::stop_token& stop, const LamProgressCallback& progress,
                                    const EvaluationOptions& evaluation) {
    for (int beginning = 0;; ++beginning) {
        try {
            return computeOnce(model, lr, hr, plan, stop, progress, evaluation);
        } catch (const Error& error) {
            if (error.code() != ErrorCode::WeightsChanged || beginning == mostNewBeginnings) {
                throw;
            }
        }
    }
}

std::vector<PlacedPatch> placePatches(const ModelCard& card, const Image& lr, const Image* hr, const LamPlan& plan,
                                      std::span<const Patch> patches) {
    std::vector<PlacedPatch> placed;
    checkImages(card, lr, hr, plan);
    for (const auto& patch : patches) {
        placed.push_back({patch, checkedRegion(card, lr, plan, patch)});
    }
    return placed;
}

std::optional<std::vector<LamResult>> computeLams(const SrModel& model, const Image& lr, const Image* hr,
                                                  const LamPlan& plan, std::span<const Patch> patches,
                                                  const std::stop_token& stop, const LamsProgressCallback& progress,
                                                  const EvaluationOptions& evaluation) {
    const auto placed = placePatches(model.card(), lr, hr, plan, patches);
    return computeLams(model, lr, hr, plan, placed, stop, progress, evaluation);
}

std::optional<std::vector<LamResult>> computeLams(const SrModel& model, const Image& lr, const Image* hr,
                                                  const LamPlan& plan, std::span<const PlacedPatch> patches,
                                                  const std::stop_token& stop, const LamsProgressCallback& progress,
                                                  const EvaluationOptions& evaluation) {
    PatchScan scan(model, lr, hr, plan, patches, evaluation);
    while (!scan.finished()) {
        if (!scan.next(stop, progress)) {
            return std::nullopt;
        }
    }
    return scan.take();
}

void checkImages(const ModelCard& card, const Image& lr, const Image* hr, const LamPlan& plan) {
    const auto words = gridWords(card.scale);
    if (hr != nullptr && (hr->width() != lr.width() * card.scale || hr->height() != lr.height() * card.scale)) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("the {} image has {}x{} pixels; {} makes {}x{} of the {}x{} {} image", words.reference,
                                hr->width(), hr->height(), card.name, lr.width() * card.scale, lr.height() * card.scale,
                                lr.width(), lr.height(), words.input));
    }
    if (plan.options.path != PathKind::Rain) {
        return;
    }
    if (card.scale != 1) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("the path rain goes from the clean image to the rainy one, which are of one size: {} "
                                "enlarges {} times; choose another path for it",
                                card.name, card.scale));
    }
    if (hr == nullptr || hr->empty()) {
        throw Error(ErrorCode::InvalidArgument,
                    "the path rain begins with the clean image, which is not known; give it beside the rainy one, or "
                    "make rain on a clean image, or choose another path");
    }
    if (std::ranges::equal(lr.values(), hr->values())) {
        throw Error(ErrorCode::InvalidArgument,
                    "the path rain begins with the clean image, and the input equals it: there is no rain to follow");
    }
}

Rect checkedContext(const ModelCard& card, const Image& lr, const Image* hr, const LamPlan& plan, const Patch& patch) {
    const auto region = checkedRegion(card, lr, plan, patch);
    checkImages(card, lr, hr, plan);
    return region;
}

Rect checkedRegion(const ModelCard& card, const Image& lr, const LamPlan& plan, const Patch& patch) {
    const auto region = checkPatch(patch, plan.options.detector, card.scale, lr.width(), lr.height(), plan.context);
    checkSize(card, region.width, region.height);
    return region;
}

bool isExactSum(const LamResult& result) {
    if (result.rule != IntegrationRule::Secant || !result.completenessError) {
        return false;
    }
    constexpr double ofRounding = 1e-5;  // of the larger end: ΔD may be a small difference of large values
    constexpr double ofDifference = 0.01;
    const double size = std::max(std::abs(result.detectorImage), std::abs(result.detectorBaseline));
    const double difference = result.attributionSum - (result.detectorImage - result.detectorBaseline);
    return std::abs(difference) <= ofRounding * size && std::abs(*result.completenessError) <= ofDifference;
}

std::int64_t contextsPlaced() {
    return contexts;
}

Rect contextAround(const Patch& patch, int scale, int lrWidth, int lrHeight, int side) {
    ++contexts;
    const auto along = [&](int position, int extent) {
        if (side == 0 || side >= extent) {
            return std::pair{0, extent};
        }
        const double centre = (position + patch.size / 2.0) / scale;
        const int offset = static_cast<int>(std::floor(centre - side / 2.0));
        return std::pair{std::clamp(offset, 0, extent - side), side};
    };
    const auto [x, width] = along(patch.x, lrWidth);
    const auto [y, height] = along(patch.y, lrHeight);
    return {x, y, width, height};
}

Rect checkPatch(const Patch& patch, DetectorKind detector, int scale, int lrWidth, int lrHeight, int contextSide) {
    const auto margin = detectorMargin(detector);
    const auto words = gridWords(scale);
    const int srWidth = lrWidth * scale;
    const int srHeight = lrHeight * scale;
    const int last = patch.size + margin.after;
    if (last + margin.before > std::min(srWidth, srHeight)) {
        throw Error(
            ErrorCode::InvalidArgument,
            fmt::format("a patch of {0}x{0} {3} pixels does not fit the {1}x{2} {3} image; choose a smaller size",
                        patch.size, srWidth, srHeight, words.output));
    }
    if (patch.x < margin.before || patch.y < margin.before || patch.x > srWidth - last || patch.y > srHeight - last) {
        throw Error(
            ErrorCode::InvalidArgument,
            fmt::format("the {0}x{0} patch at ({1}, {2}) does not lie inside the {3}x{4} {9} image: with the {5} "
                        "detector x can be {6} to {7} and y {6} to {8}",
                        patch.size, patch.x, patch.y, srWidth, srHeight, toString(detector), margin.before,
                        srWidth - last, srHeight - last, words.output));
    }
    const auto context = contextAround(patch, scale, lrWidth, lrHeight, contextSide);
    const int x = patch.x - context.x * scale;
    const int y = patch.y - context.y * scale;
    if (x < margin.before || y < margin.before || x > context.width * scale - last
        || y > context.height * scale - last) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("a context of {} {} pixels does not hold the {}x{} {} patch and the pixels that the {} "
                                "detector reads around it; use at least {}",
                                contextSide, words.input, patch.size, patch.size, words.output, toString(detector),
                                (last + margin.before + scale - 1) / scale + 1));
    }
    return context;
}

}  // namespace lamscope
