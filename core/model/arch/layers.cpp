// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/layers.h"

#include <algorithm>
#include <cmath>

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

torch::Tensor evaluateTail(const torch::Tensor& x, const std::optional<Rect>& region, const TailOnCrop& tail,
                           int reach) {
    if (!region) {
        return tail([](const torch::Tensor& whole) { return whole; });
    }
    const int left = std::max(region->x - reach, 0);
    const int top = std::max(region->y - reach, 0);
    const int right = std::min<int>(region->x + region->width + reach, static_cast<int>(x.size(3)));
    const int bottom = std::min<int>(region->y + region->height + reach, static_cast<int>(x.size(2)));
    const Rect grown{left, top, right - left, bottom - top};
    const auto sr = tail([&](const torch::Tensor& whole) { return cropTo(whole, grown); });
    const auto scale = static_cast<int>(sr.size(2) / grown.height);
    return cropTo(
        sr, {(region->x - left) * scale, (region->y - top) * scale, region->width * scale, region->height * scale});
}

std::optional<Rect> onFinerGrid(const std::optional<Rect>& region, int factor) {
    if (!region) {
        return std::nullopt;
    }
    return Rect{region->x * factor, region->y * factor, region->width * factor, region->height * factor};
}

SrFinish finishFromCoarserGrid(SrFinish finish, int reduction, int scale) {
    if (reduction == 1) {
        return finish;
    }
    return [finish = std::move(finish), reduction, scale](const std::optional<Rect>& region) {
        if (!region) {
            return finish(std::nullopt);
        }
        const int left = region->x / reduction;
        const int top = region->y / reduction;
        const int right = (region->x + region->width - 1) / reduction + 1;
        const int bottom = (region->y + region->height - 1) / reduction + 1;
        const auto sr = finish(Rect{left, top, right - left, bottom - top});
        return cropTo(sr, {(region->x - left * reduction) * scale, (region->y - top * reduction) * scale,
                           region->width * scale, region->height * scale});
    };
}

SrFinish finishWhole(const torch::Tensor& sr, std::int64_t lrHeight) {
    return [sr, scale = static_cast<int>(sr.size(2) / lrHeight)](const std::optional<Rect>& region) {
        return region
                   ? cropTo(sr, {region->x * scale, region->y * scale, region->width * scale, region->height * scale})
                   : sr;
    };
}

SrFinish ShuffleTail::operator()(const torch::Tensor& x, const torch::Tensor& first) const {
    return [this, x, first](const std::optional<Rect>& region) {
        return evaluateTail(x, region, [&](const Crop& crop) {
            return at::pixel_shuffle(upsampler(applyChain(last, crop(x)) + crop(first)), scale);
        });
    };
}

ShuffleTail makeShuffleTail(LayerBuilder& layers, const std::string& last, const std::string& upsampler,
                            std::int64_t features, int scale) {
    return {.last = {layers.convolution(last, {.in = features, .out = features})},
            .upsampler = layers.convolution(upsampler, {.in = features, .out = 3L * scale * scale}),
            .scale = scale};
}

torch::Tensor NativeNetwork::forward(const torch::Tensor& lr) const {
    return begin(lr)(std::nullopt);
}

void NativeNetwork::to(torch::Device device, torch::ScalarType type) {
    for (auto* tensors : {&parameters_, &constants_}) {
        for (auto& tensor : *tensors) {
            tensor.set_data(tensor.to(device, type));
        }
    }
}

void NativeNetwork::adopt(const LayerBuilder& layers) {
    parameters_ = layers.taken();
    constants_ = layers.constants();
}

torch::Tensor leakyRelu(torch::Tensor&& x, double slope) {
    return at::leaky_relu_(x, slope);
}

torch::Tensor relu(torch::Tensor&& x) {
    return at::relu_(x);
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
