// SPDX-License-Identifier: GPL-3.0-or-later
#include "attribution/lam_context.h"

#include <algorithm>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <torch/torch.h>

#include "attribution/image_paths.h"
#include "error.h"
#include "image/colour.h"
#include "metrics/psnr_ssim.h"
#include "model/allocation_meter.h"
#include "model/process_memory.h"
#include "model/torch_errors.h"

namespace lamscope {

namespace {

/// Smaller regions fit everywhere; the probe that estimates larger ones would cost more than it saves.
constexpr std::int64_t unquestionedPixels = 256L * 256L;
constexpr std::int64_t probeSide = 64;

constexpr double gibibyte = 1024.0 * 1024.0 * 1024.0;

}  // namespace

std::shared_ptr<const MeasuredPath> makeMeasuredPath(const Image& lr, const LamOptions& options,
                                                     const std::stop_token& stop) {
    auto path = makeImagePath(lr, options);
    auto length = measureArcLength(*path, stop);
    if (!length) {
        return nullptr;
    }
    return std::make_shared<const MeasuredPath>(MeasuredPath{std::move(path), std::move(*length)});
}

bool samePath(const LamOptions& a, const LamOptions& b) {
    return a.path == b.path && a.sigma == b.sigma && a.kernel == b.kernel;
}

void checkMemory(const SrModel::Implementation& model, const Rect& region) {
    const auto pixels = static_cast<std::int64_t>(region.width) * region.height;
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
                                card.name, needed / gibibyte, region.width, region.height,
                                static_cast<double>(available) / gibibyte));
    }
}

LamContext::LamContext(const SrModel& model, const Image& lr, const Image* hr, const Rect& region,
                       std::shared_ptr<const MeasuredPath> path, RetentionBudget* budget)
    : model_(model.implementation())
    , region_(region)
    , path_(std::move(path)) {
    const int scale = model_.card().scale;
    lr_ = lr.cropped(region_);
    if (hr != nullptr) {
        hr_ = hr->cropped({region_.x * scale, region_.y * scale, region_.width * scale, region_.height * scale});
    }
    measureEnds();
    if (budget != nullptr && model_.device().is_cpu()) {
        retained_ = std::make_unique<RetainedForwards>(model_, *path_->path, *budget);
    }
}

double LamContext::detectorImage(DetectorKind kind, const Patch& patch) const {
    return detect(kind, srImage_, patch).item<double>();
}

double LamContext::detectorBaseline(DetectorKind kind, const Patch& patch) const {
    return detect(kind, srBaseline_, patch).item<double>();
}

void LamContext::measureEnds() {
    const torch::NoGradGuard noGradients;
    const auto inputAt = [&](double alpha) { return model_.toInput(path_->path->at(std::span(&alpha, 1)).front()); };
    try {
        srBaseline_ = model_.forward(inputAt(0.0));
        const auto image = inputAt(1.0);
        srImage_ = model_.forward(image);
        sr_ = model_.toSrImage(srImage_, image);
    } catch (const Error&) {
        throw;
    } catch (const std::exception& error) {
        throw Error(isOutOfMemory(error) ? ErrorCode::OutOfMemory : ErrorCode::ModelFailure,
                    fmt::format("evaluating {} on {}x{} LR pixels failed: {}", model_.card().name, lr_.width(),
                                lr_.height(), briefMessage(error)));
    }
    if (!hr_.empty()) {
        psnr_ = peakSignalToNoise(quantise8(sr_), hr_, Channel::Rgb);
    }
}

}  // namespace lamscope
