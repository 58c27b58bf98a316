// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/layers.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "model/secant/secant_scope.h"
#include "runtime/torch_headers.h"

namespace lamscope {

int scaleOfPixelShuffle(const LayerBuilder& layers, const std::string& key) {
    const auto outputs = layers.size(key, 0);
    const auto scale = std::llround(std::sqrt(static_cast<double>(outputs) / 3.0));
    return static_cast<int>(std::clamp<long long>(scale, 1, 8));
}

std::vector<double> meanOfShift(const LayerBuilder& layers, const std::string& biasKey) {
    std::vector<double> mean;
    for (const float bias : layers.values(biasKey)) {
        // Stored for the range 1 or 255; no mean colour is as dark as 1/255.
        mean.push_back(std::abs(bias) > 1.0F ? -static_cast<double>(bias) / 255.0 : -static_cast<double>(bias));
    }
    return mean;
}

std::vector<double> meanOfShift(const LayerBuilder& layers, const std::string& biasKey, double range) {
    std::vector<double> mean;
    for (const float bias : layers.values(biasKey)) {
        mean.push_back(-static_cast<double>(bias) / range);
    }
    return mean;
}

torch::Tensor cropTo(const torch::Tensor& x, const Rect& region) {
    return x.narrow(2, region.y, region.height).narrow(3, region.x, region.width);
}

torch::Tensor applyChain(const std::vector<Convolution>& chain, torch::Tensor x) {
    for (const auto& convolution : chain) {
        x = convolution(x);
    }
    return x;
}

namespace {

class TailTrunk final : public Trunk {
public:
    TailTrunk(int height, int width, TailOnCrop tail, const TailGrid& grid)
        : height_(height)
        , width_(width)
        , tail_(std::move(tail))
        , grid_(grid) {}

    [[nodiscard]] torch::Tensor finish(const std::optional<Rect>& region) const override {
        if (!region) {
            return tail_([](const torch::Tensor& whole) { return whole; });
        }
        const auto wanted = onGrid(*region);
        const int left = std::max(wanted.x - grid_.reach, 0);
        const int top = std::max(wanted.y - grid_.reach, 0);
        const int right = std::min(wanted.x + wanted.width + grid_.reach, width_);
        const int bottom = std::min(wanted.y + wanted.height + grid_.reach, height_);
        const Rect grown{left, top, right - left, bottom - top};
        const auto sr = tail_([&](const torch::Tensor& whole) { return cropTo(whole, grown); });
        const auto scale = static_cast<int>(sr.size(2) / grown.height);  // SR pixels of one of this grid
        const auto part = cropTo(
            sr, {(wanted.x - left) * scale, (wanted.y - top) * scale, wanted.width * scale, wanted.height * scale});
        if (grid_.coarser == 1) {
            return part;
        }
        const int lrScale = scale / grid_.coarser;
        return cropTo(
            part, {(region->x - wanted.x * grid_.coarser) * lrScale, (region->y - wanted.y * grid_.coarser) * lrScale,
                   region->width * lrScale, region->height * lrScale});
    }

private:
    /// The pixels of this grid that hold an LR rectangle.
    [[nodiscard]] Rect onGrid(const Rect& lr) const {
        const auto& [finer, coarser, reach] = grid_;
        if (coarser == 1) {
            return {lr.x * finer, lr.y * finer, lr.width * finer, lr.height * finer};
        }
        const int left = lr.x / coarser;
        const int top = lr.y / coarser;
        return {left, top, (lr.x + lr.width - 1) / coarser + 1 - left, (lr.y + lr.height - 1) / coarser + 1 - top};
    }

    int height_;
    int width_;
    TailOnCrop tail_;
    TailGrid grid_;
};

}  // namespace

std::unique_ptr<Trunk> makeTrunk(const torch::Tensor& x, TailOnCrop tail, const TailGrid& grid) {
    return std::make_unique<TailTrunk>(static_cast<int>(x.size(2)), static_cast<int>(x.size(3)), std::move(tail), grid);
}

std::unique_ptr<Trunk> ShuffleTail::operator()(const torch::Tensor& x, const torch::Tensor& first, int coarser) const {
    const auto tail = [this, x, first](const Crop& crop) {
        return at::pixel_shuffle(upsampler(applyChain(last, crop(x)) + crop(first)), scale);
    };
    return makeTrunk(x, tail, {.coarser = coarser});
}

ShuffleTail makeShuffleTail(LayerBuilder& layers, const std::string& last, const std::string& upsampler,
                            std::int64_t features, int scale) {
    return {.last = {layers.convolution(last, {.in = features, .out = features})},
            .upsampler = layers.convolution(upsampler, {.in = features, .out = 3L * scale * scale}),
            .scale = scale};
}

torch::Tensor NativeNetwork::forward(const torch::Tensor& lr) const {
    return begin(lr)->finish(std::nullopt);
}

void NativeNetwork::to(torch::Device device, torch::ScalarType type) {
    const auto move = [&](const torch::Tensor& tensor) { tensor.set_data(tensor.to(device, type)); };
    for (const auto& [name, tensor] : parameters_) {
        move(tensor);
    }
    for (const auto& tensor : constants_) {
        move(tensor);
    }
}

void NativeNetwork::adopt(const LayerBuilder& layers) {
    parameters_ = layers.taken();
    constants_ = layers.constants();
}

torch::Tensor leakyRelu(torch::Tensor&& x, double slope) {
    return secantScopeIsOpen() ? at::leaky_relu(x, slope) : at::leaky_relu_(x, slope);
}

torch::Tensor relu(torch::Tensor&& x) {
    return secantScopeIsOpen() ? at::relu(x) : at::relu_(x);
}

torch::Tensor enlargeBilinear(const torch::Tensor& x, int factor) {
    return resizeBilinear(x, x.size(2) * factor, x.size(3) * factor);
}

torch::Tensor enlargeNearest(const torch::Tensor& x, int factor) {
    return at::upsample_nearest2d(x, {x.size(2) * factor, x.size(3) * factor});
}

torch::Tensor resizeBilinear(const torch::Tensor& x, std::int64_t height, std::int64_t width) {
    return at::upsample_bilinear2d(x, {height, width}, /*align_corners=*/false);
}

}  // namespace lamscope
