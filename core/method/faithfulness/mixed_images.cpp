// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/faithfulness/mixed_images.h"

#include <algorithm>
#include <array>
#include <exception>
#include <limits>
#include <memory>

#include <fmt/format.h>

#include "base/error.h"
#include "method/lam/detector.h"
#include "method/lam/image_paths.h"
#include "model/stoppable_evaluation.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

/// The most LR pixels that are evaluated at once: on a CPU the activations of a few 64x64 images still fit its caches,
/// a GPU wants many. No gradient is taken, so that memory is no concern at these sizes.
constexpr std::int64_t pixelsAtOnceCpu = 16384;
constexpr std::int64_t pixelsAtOnceCuda = 32L * 16384;

std::vector<double> valuesIn(const torch::Tensor& image) {
    const auto values = image.to(torch::kFloat64).contiguous();
    return {values.data_ptr<double>(), values.data_ptr<double>() + values.numel()};
}

torch::Tensor tensorOf(const Image& image) {
    std::vector<double> values(image.values().begin(), image.values().end());
    return torch::tensor(values, torch::kFloat64).view({1, Image::channels, image.height(), image.width()});
}

}  // namespace

MixedImages::MixedImages(const SrModel& model, const Image& lr, const Image& hr, const LamPlan& plan,
                         const EvaluationOptions& evaluation)
    : model_(model.implementation())
    , detector_(plan.options.detector)
    , width_(lr.width()) {
    const auto& patch = plan.options.patch;
    const Rect whole{0, 0, lr.width(), lr.height()};
    const auto* clean = hr.empty() ? nullptr : &hr;
    const auto path = std::make_shared<const MeasuredPath>(lr, plan, cleanFor(plan, clean, whole));
    LamContext context(model, lr, nullptr, whole, plan, path, nullptr, evaluation);
    const auto windowed = context.windowFor(detector_, {&patch, 1});
    window_ = windowed.window;
    patch_ = patchIn(window_, patch, model.card().scale);
    constexpr std::array<double, 2> ends{0.0, 1.0};
    const auto points = windowed.path->at(ends).front();
    baseline_ = valuesIn(points[0]);
    image_ = valuesIn(points[1]);
    if (!hr.empty()) {
        hr_ = tensorOf(hr.cropped({patch.x, patch.y, patch.size, patch.size}));
    }
    const auto pixels =
        evaluation.pixelsAtOnce.value_or(model_.device().is_cuda() ? pixelsAtOnceCuda : pixelsAtOnceCpu);
    const auto windowPixels = static_cast<std::int64_t>(window_.width) * window_.height;
    imagesAtOnce_ =
        static_cast<std::size_t>(std::max<std::int64_t>(evaluation.batch.value_or(pixels / windowPixels), 1));
}

std::optional<std::size_t> MixedImages::inWindow(std::int32_t pixel) const {
    const int x = pixel % width_ - window_.x;
    const int y = pixel / width_ - window_.y;
    if (x < 0 || y < 0 || x >= window_.width || y >= window_.height) {
        return std::nullopt;
    }
    const auto index =
        static_cast<std::size_t>(y) * static_cast<std::size_t>(window_.width) + static_cast<std::size_t>(x);
    const auto plane = image_.size() / Image::channels;
    for (auto i = index; i < image_.size(); i += plane) {
        if (image_[i] != baseline_[i]) {
            return index;
        }
    }
    return std::nullopt;
}

std::optional<std::vector<MixedImages::Value>> MixedImages::evaluate(std::span<const std::vector<double>> images,
                                                                     const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        const StoppableEvaluation stoppable(stop);
        std::vector<Value> values;
        const auto end = evaluateWatched(
            model_, weights_, fmt::format("it cannot be evaluated on {}x{} LR pixels", window_.width, window_.height),
            [&] { values = valuesOf(images); });
        if (end.isDone()) {
            return values;
        }
        if (end.stopped) {
            return std::nullopt;
        }
        if (images.size() == 1) {
            throw Error(ErrorCode::OutOfMemory,
                        fmt::format("{}: not enough memory for {}x{} LR pixels ({}); use a smaller image or --context",
                                    model_.card().name, window_.width, window_.height, end.lackOfMemory));
        }
        images = images.first(images.size() / 2);
        imagesAtOnce_ = images.size();
    }
    return std::nullopt;
}

std::vector<MixedImages::Value> MixedImages::valuesOf(std::span<const std::vector<double>> images) const {
    const at::NoGradGuard noGradients;
    const auto count = std::ssize(images);
    auto batch = torch::empty({count, Image::channels, window_.height, window_.width}, torch::kFloat64);
    auto* target = batch.data_ptr<double>();
    for (const auto& image : images) {
        target = std::ranges::copy(image, target).out;
    }
    const auto input = model_.toInput(batch);
    const int scale = model_.card().scale;
    torch::Tensor detector;
    torch::Tensor psnr;
    if (hr_.defined() && model_.card().colour == ModelCard::Colour::Y) {
        // The picture takes its colours from the whole window.
        const auto sr = model_.forward(input);
        detector = detect(detector_, sr.to(torch::kFloat64), patch_);
        std::vector<torch::Tensor> patches;
        for (std::int64_t k = 0; k < count; ++k) {
            const auto picture = model_.toSrImage(sr.narrow(0, k, 1), input.narrow(0, k, 1));
            patches.push_back(tensorOf(picture.cropped({patch_.x, patch_.y, patch_.size, patch_.size})));
        }
        psnr = psnrOf(at::cat(patches));
    } else {
        const auto reads = detectorReads(detector_, patch_, scale);
        const auto inPart = patchIn(reads, patch_, scale);
        const auto sr = model_.begin(input)->finish(reads).to(torch::kCPU, torch::kFloat64);
        detector = detect(detector_, sr, inPart);
        if (hr_.defined()) {
            psnr = psnrOf(sr.narrow(2, inPart.y, inPart.size).narrow(3, inPart.x, inPart.size));
        }
    }
    detector = detector.to(torch::kCPU, torch::kFloat64).contiguous();
    std::vector<Value> values;
    for (std::int64_t k = 0; k < count; ++k) {
        values.push_back(
            {.detector = detector.data_ptr<double>()[k],
             .psnr = psnr.defined() ? psnr.data_ptr<double>()[k] : std::numeric_limits<double>::quiet_NaN()});
    }
    return values;
}

torch::Tensor MixedImages::psnrOf(const torch::Tensor& patch) const {
    constexpr double perDecade = 10.0;
    const auto error = (patch.clamp(0.0, 1.0) - hr_).square().mean({1, 2, 3});
    return (error.log10() * -perDecade).contiguous();
}

}  // namespace lamscope
