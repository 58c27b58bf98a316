// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/lam_context.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "image/colour.h"
#include "method/lam/batch_calibration.h"
#include "method/lam/image_paths.h"
#include "metrics/psnr_ssim.h"
#include "runtime/allocation_meter.h"
#include "runtime/process_memory.h"
#include "runtime/torch_errors.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

/// Smaller regions fit everywhere; the probe that estimates larger ones would cost more than it saves.
constexpr std::int64_t unquestionedPixels = 256L * 256L;
constexpr std::int64_t probeSide = 64;

/// The most LR pixels evaluated at once: on a CPU the activations of a few 64x64 images still fit its caches, and more
/// would need gigabytes; a GPU wants many.
constexpr std::int64_t pixelsPerBatchCpu = 16384;
constexpr std::int64_t pixelsPerBatchCuda = 32L * 16384;

constexpr int fewestCalibratedNodes = 9;

/// Below this Euclidean length the path does not move: the image equals its baseline up to rounding.
constexpr double shortestPath = 1e-6;
/// Path images that are kept: all that refinement to 243 nodes asks for on 64x64 pixels.
constexpr std::int64_t keptPathBytes = 64L * 1024 * 1024;
/// Kept forward passes serve patches that move this far, in LR pixels, to each side.
constexpr int retainedSlack = 8;

bool contains(const Rect& outer, const Rect& inner) {
    return outer.x <= inner.x && outer.y <= inner.y && outer.x + outer.width >= inner.x + inner.width
           && outer.y + outer.height >= inner.y + inner.height;
}

}  // namespace

std::shared_ptr<const MeasuredPath> makeMeasuredPath(const Image& lr, const LamOptions& options,
                                                     const std::stop_token& stop) {
    auto path = std::make_shared<const MeasuredPath>(withKeptPoints(makeImagePath(lr, options), keptPathBytes));
    if (stop.stop_requested() || (makePlan(options).arcLength && !path->measure(stop))) {
        return nullptr;
    }
    return path;
}

bool MeasuredPath::measure(const std::stop_token& stop) const {
    const std::scoped_lock lock(mutex_);
    if (!length_) {
        length_ = measureArcLength(*path_, stop);
    }
    return length_.has_value();
}

const ArcLength& MeasuredPath::length() const {
    measure({});
    return *length_;
}

bool MeasuredPath::moves() const {
    constexpr std::array ends{0.0, 1.0};
    const auto points = path_->at(ends).front();
    return (points[1] - points[0]).norm().item<double>() > shortestPath;
}

std::vector<double> MeasuredPath::speed(const Nodes& nodes) const {
    auto speed = path_->distances(nodes.edge);
    for (std::size_t k = 0; k < speed.size(); ++k) {
        const double width = nodes.edge[k + 1] - nodes.edge[k];
        speed[k] = width > 0.0 ? speed[k] / width : 0.0;
    }
    return speed;
}

bool samePath(const LamOptions& a, const LamOptions& b) {
    return a.path == b.path && a.sigma == b.sigma && a.kernel == b.kernel;
}

void checkMemory(const SrModel::Implementation& model, const Rect& window) {
    const auto pixels = static_cast<std::int64_t>(window.width) * window.height;
    const auto available = availableMemory();
    if (pixels <= unquestionedPixels || !model.device().is_cpu() || available == 0) {
        return;
    }
    const auto& card = model.card();
    if (card.fixedSize) {
        return;  // no smaller picture to judge by
    }
    const auto side = std::max<std::int64_t>(probeSide, card.minimumSide);
    const AllocationMeter meter;
    auto input = torch::full({1, Image::channels, side, side}, 0.5, torch::TensorOptions(model.type()));
    input.requires_grad_(true);
    static_cast<void>(torch::autograd::grad({model.forward(input).sum()}, {input}));
    const double needed =
        static_cast<double>(meter.peakBytes()) / static_cast<double>(side * side) * static_cast<double>(pixels);
    if (needed > static_cast<double>(available)) {
        throw Error(ErrorCode::OutOfMemory,
                    fmt::format("{} needs about {:.1f} GiB for a gradient on {}x{} LR pixels, and {:.1f} GiB are free; "
                                "use a smaller image or --context",
                                card.name, needed / gibibyte, window.width, window.height,
                                static_cast<double>(available) / gibibyte));
    }
}

void checkMemory(const SrModel::Implementation& model, const Rect& region, const LamOptions& options,
                 const EvaluationOptions& evaluation) {
    const auto& card = model.card();
    const auto patch = patchIn(region, options.patch, card.scale);
    checkMemory(model, evaluation.window
                           ? evaluationWindow(card, options.detector, {&patch, 1}, region.width, region.height)
                           : region);
}

LamContext::LamContext(const SrModel& model, const Image& lr, const Image* hr, const Rect& region,
                       std::shared_ptr<const MeasuredPath> path, RetentionBudget* budget,
                       const EvaluationOptions& evaluation)
    : model_(model.implementation())
    , region_(region)
    , path_(std::move(path))
    , budget_(model_.device().is_cpu() ? budget : nullptr)
    , evaluation_(evaluation) {
    const int scale = model_.card().scale;
    lr_ = lr.cropped(region_);
    if (hr != nullptr) {
        hr_ = hr->cropped({region_.x * scale, region_.y * scale, region_.width * scale, region_.height * scale});
    }
    measureImage();
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
        retained_ = std::make_shared<RetainedForwards>(model_, window_.path, *budget_);
    }
    return window_;
}

std::int64_t LamContext::nodesAtOnce(const Rect& window, int plannedNodes) const {
    if (retained_ != nullptr) {
        return 1;  // they are kept one by one, and a newer request waits for one batch
    }
    if (evaluation_.batch) {
        return *evaluation_.batch;
    }
    const auto pixels = model_.device().is_cuda() ? pixelsPerBatchCuda : pixelsPerBatchCpu;
    const auto most = std::max<std::int64_t>(pixels / (static_cast<std::int64_t>(window.width) * window.height), 1);
    // Where few batches are needed there is little to gain.
    const bool worthwhile = plannedNodes >= fewestCalibratedNodes && plannedNodes > most;
    return evaluation_.batches != nullptr && worthwhile
               ? evaluation_.batches->imagesAtOnce(model_, window.width, window.height, most)
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
                    fmt::format("evaluating {} on {}x{} LR pixels failed: {}", model_.card().name, input.size(3),
                                input.size(2), briefMessage(error)));
    }
}

void LamContext::measureImage() {
    const at::NoGradGuard noGradients;
    constexpr double end = 1.0;
    const auto image = model_.toInput(path_->path()->at(std::span(&end, 1)).front());
    srImage_ = evaluated(image);
    sr_ = model_.toSrImage(srImage_, image);
    if (!hr_.empty()) {
        psnr_ = peakSignalToNoise(quantise8(sr_), hr_, Channel::Rgb);
    }
}

}  // namespace lamscope
