// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/lam_context.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "image/colour.h"
#include "integrate/gradient_source.h"
#include "method/lam/batch_calibration.h"
#include "method/lam/image_paths.h"
#include "metrics/psnr_ssim.h"
#include "runtime/process_memory.h"
#include "runtime/torch_errors.h"
#include "runtime/torch_headers.h"
#include "scene/grid_words.h"

namespace lamscope {

namespace {

/// Where a smaller region does not fit, that shows as soon as the probes for it would be done.
constexpr std::int64_t unquestionedPixels = 64L * 64L;
/// Batches of smaller regions are not questioned: all pairs of their pixels fill a few MiB a table.
constexpr std::int64_t unquestionedBatchPixels = 1024;
/// A batch leaves room for other programs. The share of all memory, not of what is free: the same batches in each run.
constexpr double batchShareOfMemory = 0.125;

/// The most LR pixels evaluated at once: on a CPU the activations of a few 64x64 images still fit its caches, and more
/// would need gigabytes; a GPU wants many.
constexpr std::int64_t pixelsPerBatchCpu = 16384;
/// Cells hold the activations of two ends and gain little by batches: only small windows are evaluated several at once.
constexpr std::int64_t pixelsPerBatchOfCellsCpu = 1024;
constexpr std::int64_t pixelsPerBatchCuda = 32L * 16384;

constexpr int fewestCalibratedNodes = 9;

/// Kept forward passes serve patches that move this far, in LR pixels, to each side.
constexpr int retainedSlack = 8;

bool contains(const Rect& outer, const Rect& inner) {
    return outer.x <= inner.x && outer.y <= inner.y && outer.x + outer.width >= inner.x + inner.width
           && outer.y + outer.height >= inner.y + inner.height;
}

/// Bytes for the gradient of one path image; nullopt where it is not known. Throws as LamContext::evaluateImage().
std::optional<double> gradientBytes(const SrModel::Implementation& model, IntegrationRule rule, std::int64_t pixels) {
    try {
        return model.gradientMemory().bytes(model, rule == IntegrationRule::Secant, pixels);
    } catch (const Error&) {
        throw;
    } catch (const std::exception& error) {
        throwGradientError(error);
    }
}

/// Throws Error(OutOfMemory), see prepare().
void checkMemory(const SrModel::Implementation& model, IntegrationRule rule, const Rect& window) {
    const auto pixels = static_cast<std::int64_t>(window.width) * window.height;
    const auto available = static_cast<double>(availableMemory());
    if (pixels <= unquestionedPixels || available == 0.0) {
        return;
    }
    const auto needed = gradientBytes(model, rule, pixels);
    if (needed && *needed > available) {
        throw Error(ErrorCode::OutOfMemory,
                    fmt::format("{} needs about {:.1f} GiB for a gradient on {}x{} {} pixels, and {:.1f} GiB are free; "
                                "use a smaller image or --context",
                                model.card().name, *needed / gibibyte, window.width, window.height,
                                gridWords(model.card().scale).input, available / gibibyte));
    }
}

}  // namespace

std::unique_ptr<LamContext> prepare(const SrModel& model, const Image& lr, const Image* hr, const LamPlan& plan,
                                    const Rect& region, std::span<const Patch> patches, const std::stop_token& stop,
                                    const Preparation& preparation) {
    const auto& card = model.card();
    if (plan.options.rule == IntegrationRule::Secant && !model.hasSecantRules()) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{}: the secant rule is for networks of the known families, of which every operation "
                                "is known; use the rule midpoint",
                                card.name));
    }
    auto window = region;
    if (preparation.evaluation.window) {
        std::vector<Patch> inRegion;
        std::ranges::transform(patches, std::back_inserter(inRegion),
                               [&](const Patch& patch) { return patchIn(region, patch, card.scale); });
        window = evaluationWindow(card, plan.options.detector, inRegion, region.width, region.height);
    }
    checkMemory(model.implementation(), plan.forNetwork(model.hasSecantRules()).rule, window);
    auto path = preparation.path;
    if (!path) {
        path = std::make_shared<const MeasuredPath>(lr.cropped(region), plan, cleanFor(plan, hr, region));
    }
    if (stop.stop_requested() || (plan.usesArcLength() && !path->measure(stop))) {
        return nullptr;
    }
    return std::make_unique<LamContext>(model, lr, hr, region, plan, std::move(path), preparation.budget,
                                        preparation.evaluation);
}

LamContext::LamContext(const SrModel& model, const Image& lr, const Image* hr, const Rect& region, const LamPlan& plan,
                       std::shared_ptr<const MeasuredPath> path, RetentionBudget* budget,
                       const EvaluationOptions& evaluation)
    : model_(model.implementation())
    , region_(region)
    , pathOptions_(plan.options)
    , path_(std::move(path))
    , budget_(model_.device().is_cpu() ? budget : nullptr)
    , evaluation_(evaluation)
    , lr_(lr.cropped(region)) {
    const int scale = model_.card().scale;
    if (hr != nullptr) {
        hr_ = hr->cropped({region_.x * scale, region_.y * scale, region_.width * scale, region_.height * scale});
    }
}

WindowedPath LamContext::windowFor(DetectorKind kind, std::span<const Patch> patches) {
    const Rect whole{0, 0, region_.width, region_.height};
    const auto windowWith = [&](int slack) {
        return evaluation_.window ? evaluationWindow(model_.card(), kind, patches, region_.width, region_.height, slack)
                                  : whole;
    };
    auto window = windowWith(0);
    if (retained_ && contains(window_.window, window)) {
        return window_;
    }
    if (budget_ != nullptr) {
        window = windowWith(retainedSlack);
    }
    window_ = {window, window == whole ? path_->path() : path_->path()->cropped(window)};
    if (budget_ != nullptr) {
        retained_ = std::make_shared<RetainedForwards>(*budget_);
    }
    return window_;
}

std::int64_t LamContext::nodesAtOnce(const Rect& window, const LamPlan& plan) const {
    if (retained_ != nullptr) {
        return 1;  // they are kept one by one, and a newer request waits for one batch
    }
    if (evaluation_.batch) {
        return *evaluation_.batch;
    }
    const auto onCpu = plan.rule == IntegrationRule::Secant ? pixelsPerBatchOfCellsCpu : pixelsPerBatchCpu;
    const auto pixels = evaluation_.pixelsAtOnce.value_or(model_.device().is_cuda() ? pixelsPerBatchCuda : onCpu);
    const auto windowPixels = static_cast<std::int64_t>(window.width) * window.height;
    auto most = std::max<std::int64_t>(pixels / windowPixels, 1);
    if (most > 1 && windowPixels > unquestionedBatchPixels) {
        const double room = batchShareOfMemory * static_cast<double>(physicalMemory());
        if (const auto bytes = gradientBytes(model_, plan.rule, windowPixels); bytes && room > 0.0) {
            most = std::clamp<std::int64_t>(static_cast<std::int64_t>(room / *bytes), 1, most);
        }
    }
    // Where few batches are needed there is little to gain.
    const bool worthwhile = plan.nodes >= fewestCalibratedNodes && plan.nodes > most;
    return evaluation_.batches != nullptr && worthwhile ? evaluation_.batches->imagesAtOnce(
               model_, plan.rule == IntegrationRule::Secant ? GradientOf::Cell : GradientOf::Point, window.width,
               window.height, most)
                                                        : most;
}

double LamContext::detectorImage(DetectorKind kind, const Patch& patch) const {
    return detect(kind, srImage_, patch).item<double>();
}

double LamContext::detectorBaseline(DetectorKind kind, const Patch& patch, const WindowedPath& window) {
    if (baselinePath_ != window.path) {
        const at::NoGradGuard noGradients;
        constexpr double start = 0.0;
        srBaseline_ = evaluated(model_.toInput(window.path->at(std::span(&start, 1)).front()));
        baselinePath_ = window.path;
    }
    return detect(kind, srBaseline_, patchIn(window.window, patch, model_.card().scale)).item<double>();
}

torch::Tensor LamContext::evaluated(const torch::Tensor& input) const {
    try {
        return model_.forward(input);
    } catch (const Error&) {
        throw;
    } catch (const std::exception& error) {
        throw Error(isOutOfMemory(error) ? ErrorCode::OutOfMemory : ErrorCode::ModelFailure,
                    fmt::format("evaluating {} on {}x{} {} pixels failed: {}", model_.card().name, input.size(3),
                                input.size(2), gridWords(model_.card().scale).input, briefMessage(error)));
    }
}

void LamContext::checkWeights() const {
    if (weights_) {
        weights_->check();
    }
}

void LamContext::evaluateImage() {
    if (srImage_.defined()) {
        return;
    }
    const at::NoGradGuard noGradients;
    constexpr double end = 1.0;
    const auto image = model_.toInput(path_->path()->at(std::span(&end, 1)).front());
    srImage_ = evaluated(image);
    weights_.emplace(model_);
    sr_ = model_.toSrImage(srImage_, image);
    if (!hr_.empty()) {
        psnr_ = peakSignalToNoise(quantise8(sr_), hr_, Channel::Rgb);
    }
}

}  // namespace lamscope
