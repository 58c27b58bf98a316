// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/erf/erf_measurement.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <exception>
#include <iterator>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "model/cropping.h"
#include "model/sr_model_implementation.h"
#include "model/stoppable_evaluation.h"
#include "runtime/gradients.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

using Clock = std::chrono::steady_clock;

/// The most LR pixels that are evaluated at once: on a CPU the activations of a few 64x64 images still fit its caches,
/// a GPU wants many.
constexpr std::int64_t pixelsAtOnceCpu = 16384;
constexpr std::int64_t pixelsAtOnceCuda = 32L * 16384;

void checkSides(const ModelCard& card, const ErfFrame& frame) {
    const auto refuse = [](const std::string& message) { throw Error(ErrorCode::InvalidArgument, message); };
    if (frame.x < 0 || frame.x >= frame.width || frame.y < 0 || frame.y >= frame.height) {
        refuse(fmt::format("the LR pixel ({}, {}) does not lie in a crop of {}x{}", frame.x, frame.y, frame.width,
                           frame.height));
    }
    const auto asked = fmt::format("a crop of {}x{} was asked for", frame.width, frame.height);
    if (card.fixedSize && *card.fixedSize != std::pair(frame.width, frame.height)) {
        const auto [width, height] = *card.fixedSize;
        refuse(fmt::format("{} takes {}x{} LR pixels only; {}", card.name, width, height, asked));
    }
    if (std::min(frame.width, frame.height) < card.minimumSide) {
        refuse(fmt::format("{} needs LR sides of at least {} pixels; {}, choose a larger side", card.name,
                           card.minimumSide, asked));
    }
    const int multiple = card.sizeMultiple;
    if (frame.width % multiple != 0 || frame.height % multiple != 0) {
        const int side = std::max(frame.width / multiple, 1) * multiple;
        refuse(
            fmt::format("{} continues images whose sides are no multiples of {} by their mirror image, which would "
                        "count as influence; {}, choose a side such as {} or {}",
                        card.name, multiple, asked, side, side + multiple));
    }
}

Rect windowFor(const ModelCard& card, const ErfFrame& frame) {
    return croppedAround(card, {frame.x, frame.y, 1, 1}, frame.width, frame.height)
        .value_or(Rect{0, 0, frame.width, frame.height});
}

/// [n, 3, h, w] float32 on the CPU: `window` of each crop.
torch::Tensor batchOf(std::span<const ErfCrop> crops, const Rect& window) {
    auto batch =
        torch::empty({std::ssize(crops), Image::channels, window.height, window.width}, torch::TensorOptions());
    auto* target = batch.data_ptr<float>();
    for (const auto& crop : crops) {
        const auto part = crop.lr.cropped(window);
        std::memcpy(target, part.values().data(), part.values().size_bytes());
        target += part.values().size();
    }
    return batch;
}

/// What is differentiated at one of the SR pixels of the cells, summed over the batch, whose images do not meet.
/// @param cells [n, channels, scale, scale]
torch::Tensor centreValue(const torch::Tensor& cells, std::span<const ErfCrop> crops, ErfCentre centre,
                          std::int64_t phase) {
    if (centre == ErfCentre::Cell) {
        return cells.select(3, phase % cells.size(3)).select(2, phase / cells.size(3)).sum();
    }
    std::vector<torch::Tensor> values;
    for (std::size_t k = 0; k < crops.size(); ++k) {
        const auto cell = cells.select(0, static_cast<std::int64_t>(k));
        values.push_back(cell.select(2, crops[k].phaseX).select(1, crops[k].phaseY).sum());
    }
    return at::stack(values).sum();
}

/// In float64; zero where the network's output does not depend on the input as far as autograd knows.
torch::Tensor gradientOf(const torch::Tensor& value, const torch::Tensor& input, bool keepGraph) {
    if (!value.requires_grad()) {
        return torch::zeros_like(input, input.options().dtype(torch::kFloat64));
    }
    const auto gradients = gradientsOf({value}, {input}, keepGraph, /*mayBeUnused=*/true);
    return gradients.front().defined() ? gradients.front().to(torch::kFloat64)
                                       : torch::zeros_like(input, input.options().dtype(torch::kFloat64));
}

void addTo(std::vector<double>& sums, std::span<const double> values, double divisor = 1.0) {
    for (std::size_t i = 0; i < sums.size(); ++i) {
        sums[i] += values[i] / divisor;
    }
}

std::vector<double> divided(std::vector<double> values, double divisor) {
    std::ranges::transform(values, values.begin(), [divisor](double value) { return value / divisor; });
    return values;
}

double totalOf(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0);
}

}  // namespace

/// Of one image.
struct ErfMeasurement::Influence {
    std::vector<double> map;   // of the whole crop
    double negativeSum = 0.0;  // of the gradient, both with all its elements
    double absoluteSum = 0.0;
};

ErfMeasurement::ErfMeasurement(const SrModel& model, const ErfOptions& options, const ErfFrame& frame)
    : model_(model)
    , options_(options)
    , frame_(frame) {
    checkErfOptions(options);
    checkSides(model.card(), frame);
    window_ = windowFor(model.card(), frame);
    const auto pixels = static_cast<std::int64_t>(window_.width) * window_.height;
    const auto most = model.implementation().device().is_cuda() ? pixelsAtOnceCuda : pixelsAtOnceCpu;
    imagesAtOnce_ = static_cast<std::size_t>(std::max<std::int64_t>(most / pixels, 1));
    const auto size = static_cast<std::size_t>(frame.width) * static_cast<std::size_t>(frame.height);
    maps_.resize(size);
    gradients_.resize(size);
}

bool ErfMeasurement::add(std::span<const ErfCrop> crops, const std::stop_token& stop) {
    const auto start = Clock::now();
    for (const auto& crop : crops) {
        if (crop.lr.width() != frame_.width || crop.lr.height() != frame_.height) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("{}: a crop of {}x{} LR pixels is wanted, found {}x{}", crop.lr.file, frame_.width,
                                    frame_.height, crop.lr.width(), crop.lr.height()));
        }
    }
    while (!crops.empty()) {
        const auto batch = crops.first(std::min(imagesAtOnce_, crops.size()));
        const StoppableRequests stoppable(stop);
        std::optional<std::vector<Influence>> influences;
        const auto end = evaluateWatched(model_.implementation(), weights_, "its gradient cannot be evaluated",
                                         [&] { influences = measure(batch, stop); });
        if (end.stopped || (end.isDone() && !influences)) {
            return false;
        }
        if (end.isDone()) {
            for (std::size_t k = 0; k < batch.size(); ++k) {
                count((*influences)[k], batch[k].lr.file);
            }
            crops = crops.subspan(batch.size());
        } else if (batch.size() > 1) {
            imagesAtOnce_ = batch.size() / 2;
        } else {
            throw Error(ErrorCode::OutOfMemory,
                        fmt::format("{}: not enough memory for the gradient on {}x{} LR pixels ({}); choose a smaller "
                                    "side",
                                    model_.card().name, window_.width, window_.height, end.lackOfMemory));
        }
    }
    seconds_ += std::chrono::duration<double>(Clock::now() - start).count();
    return true;
}

std::optional<std::vector<ErfMeasurement::Influence>> ErfMeasurement::measure(std::span<const ErfCrop> crops,
                                                                              const std::stop_token& stop) const {
    if (stop.stop_requested()) {
        return std::nullopt;
    }
    const auto& model = model_.implementation();
    const auto centre = centreOf(options_);
    const std::int64_t scale = model_.card().scale;
    const std::int64_t phases = centre == ErfCentre::Cell ? scale * scale : 1;
    const auto input = model.toInput(batchOf(crops, window_)).requires_grad_(true);
    const auto trunk = model.begin(input);
    const auto cells = trunk->finish(Rect{frame_.x - window_.x, frame_.y - window_.y, 1, 1});
    const auto options = torch::TensorOptions(torch::kFloat64).device(input.device());
    const auto images = std::ssize(crops);
    auto maps = torch::zeros({images, window_.height, window_.width}, options);
    auto negative = torch::zeros({images}, options);
    auto absolute = torch::zeros({images}, options);
    for (std::int64_t phase = 0; phase < phases; ++phase) {
        if (stop.stop_requested()) {
            return std::nullopt;
        }
        const auto gradient = gradientOf(centreValue(cells, crops, centre, phase), input, phase + 1 < phases);
        negative -= gradient.clamp_max(0.0).sum({1, 2, 3});
        absolute += gradient.abs().sum({1, 2, 3});
        maps += (options_.preset == ErfPreset::Official ? gradient.relu() : gradient.abs()).sum(1);
    }
    maps = (maps / static_cast<double>(phases)).cpu().contiguous();
    negative = negative.cpu();
    absolute = absolute.cpu();
    std::vector<Influence> influences(crops.size());
    const auto* source = maps.data_ptr<double>();
    for (std::size_t k = 0; k < crops.size(); ++k) {
        auto& influence = influences[k];
        influence.map.resize(maps_.size());
        for (int y = 0; y < window_.height; ++y) {
            const auto row = static_cast<std::ptrdiff_t>(window_.y + y) * frame_.width + window_.x;
            std::copy_n(source, window_.width, influence.map.begin() + row);
            source += window_.width;
        }
        influence.negativeSum = negative.data_ptr<double>()[k];
        influence.absoluteSum = absolute.data_ptr<double>()[k];
    }
    return influences;
}

void ErfMeasurement::count(const Influence& influence, const std::string& name) {
    ++imagesSeen_;
    if (!std::isfinite(influence.absoluteSum)) {
        ++nonfinite_;
        warnings_.push_back(fmt::format("{}: left out, its gradient is NaN or infinite", name));
        return;
    }
    const bool exact = options_.preset == ErfPreset::Exact;
    const bool vanishes = influence.absoluteSum == 0.0;
    if (exact && vanishes) {
        warnings_.push_back(fmt::format("{}: left out, its gradient is zero everywhere", name));
        return;
    }
    ++images_;
    absoluteSums_ += influence.absoluteSum;
    const double negativeShare = vanishes ? 0.0 : influence.negativeSum / influence.absoluteSum;
    negativeShares_ += negativeShare;
    if (!exact) {
        addTo(maps_, influence.map);
        return;
    }
    addTo(gradients_, influence.map);
    auto numbers = erfNumbers(influence.map, frame_, options_.preset, options_.thresholds);
    addTo(maps_, influence.map, numbers.sum);
    numbers.negativeShare = negativeShare;
    ofImages_.push_back(std::move(numbers));
}

std::optional<ErfResult> ErfMeasurement::result(std::size_t imagesPlanned) const {
    if (images_ == 0 || totalOf(maps_) == 0.0) {
        return std::nullopt;
    }
    ErfResult result{.frame = frame_,
                     .images = images_,
                     .imagesSeen = static_cast<int>(imagesSeen_),
                     .imagesPlanned = static_cast<int>(imagesPlanned),
                     .skippedNonfinite = nonfinite_,
                     .map = divided(maps_, images_),
                     .numbers = {},
                     .window = window_,
                     .seconds = seconds_,
                     .warnings = warnings_};
    result.numbers = erfNumbers(result.map, frame_, options_.preset, options_.thresholds);
    result.numbers.negativeShare = negativeShares_ / images_;
    if (options_.preset == ErfPreset::Exact) {
        result.numbers.sum = totalOf(gradients_) / images_;
        result.numbers.max = *std::ranges::max_element(gradients_) / images_;
    }
    if (ofImages_.size() > 1) {
        result.standardErrors = standardErrors(ofImages_);
    }
    result.linearSquares = erfSquares(result.map, frame_, ErfPreset::Exact, options_.thresholds);
    result.squareShares = squareShares(result.map, frame_);
    return result;
}

std::string ErfMeasurement::whyNoResult() const {
    const auto& name = model_.card().name;
    if (nonfinite_ > 0 && images_ == 0 && absoluteSums_ == 0.0) {
        return fmt::format("{}: the gradient is NaN or infinite on {} of {} images, and no other image is left", name,
                           nonfinite_, imagesSeen_);
    }
    if (absoluteSums_ > 0.0) {
        return fmt::format("{}: the gradient is nowhere positive, and 'official' counts nothing else; choose 'exact'",
                           name);
    }
    return fmt::format(
        "{}: the gradient is zero everywhere on all {} images: the network is dead there, or it rounds "
        "its output",
        name, imagesSeen_);
}

}  // namespace lamscope
