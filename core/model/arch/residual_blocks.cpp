// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/residual_blocks.h"

#include <cmath>

#include <fmt/format.h>

#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

/// Factor of the pixel shuffle behind a convolution; 2 where the tensor is absent or of an unknown shape.
int shuffleFactor(const LayerBuilder& layers, const std::string& key) {
    const auto in = layers.size(key, 1);
    return in > 0 && layers.size(key, 0) == 9 * in ? 3 : 2;
}

std::vector<int> shuffleFactors(const LayerBuilder& layers, const std::string& prefix, int stride) {
    std::vector<int> factors;
    constexpr int most = 3;  // x8
    for (int i = 0; i < most; ++i) {
        const auto key = fmt::format("{}.{}.weight", prefix, i * stride);
        if (!layers.has(key)) {
            break;
        }
        factors.push_back(shuffleFactor(layers, key));
        if (factors.back() == 3) {
            break;
        }
    }
    return factors;
}

}  // namespace

ResidualBlock::ResidualBlock(LayerBuilder& layers, const std::string& firstPrefix, const std::string& secondPrefix,
                             std::int64_t features, double scaleOfResidual)
    : first(layers.convolution(firstPrefix, {.in = features, .out = features}))
    , second(layers.convolution(secondPrefix, {.in = features, .out = features}))
    , residualScale(scaleOfResidual) {}

torch::Tensor ResidualBlock::operator()(const torch::Tensor& x) const {
    return at::add(x, second(relu(first(x))), residualScale);
}

ChannelAttention::ChannelAttention(LayerBuilder& layers, const std::string& squeezePrefix,
                                   const std::string& excitePrefix, std::int64_t features) {
    const auto reduced = layers.size(squeezePrefix + ".weight", 0);
    squeeze = layers.convolution(squeezePrefix, {.in = features, .out = reduced, .kernel = 1});
    excite = layers.convolution(excitePrefix, {.in = reduced, .out = features, .kernel = 1});
}

torch::Tensor ChannelAttention::operator()(const torch::Tensor& x) const {
    return x * at::sigmoid(excite(relu(squeeze(x.mean({2, 3}, /*keepdim=*/true)))));
}

Convolution makeMeanShift(LayerBuilder& layers, const std::string& prefix) {
    Convolution layer;
    layer.name = prefix;
    layer.weight = layers.buffer(prefix + ".weight", {3, 3, 1, 1});
    layer.bias = layers.buffer(prefix + ".bias", {3});
    return layer;
}

Convolution makeFixedShift(LayerBuilder& layers, float factor, const std::vector<float>& shift) {
    const auto channels = static_cast<std::int64_t>(shift.size());
    std::vector<float> weight(shift.size() * shift.size(), 0.0F);
    for (std::size_t c = 0; c < shift.size(); ++c) {
        weight[c * (shift.size() + 1)] = factor;
    }
    Convolution layer;
    layer.weight = layers.constant(weight, {channels, channels, 1, 1});
    layer.bias = layers.constant(shift, {channels});
    return layer;
}

bool appliesMeanShift(LayerBuilder& layers) {
    return layers.assumed("mean_shift", 1.0) != 0.0;
}

ShuffleUpsampler::ShuffleUpsampler(LayerBuilder& layers, const std::string& prefix, std::int64_t features, int stride) {
    int index = 0;
    for (const int factor : shuffleFactors(layers, prefix, stride)) {
        const auto out = features * factor * factor;
        steps.push_back(
            {layers.convolution(fmt::format("{}.{}", prefix, index), {.in = features, .out = out}), factor});
        index += stride;
    }
}

int ShuffleUpsampler::scale() const {
    int product = 1;
    for (const auto& step : steps) {
        product *= step.factor;
    }
    return product;
}

torch::Tensor ShuffleUpsampler::operator()(torch::Tensor x) const {
    for (const auto& [convolution, factor] : steps) {
        x = convolution(x);
        if (activation != nullptr) {
            x = activation(std::move(x));
        }
        x = at::pixel_shuffle(x, factor);
    }
    return x;
}

EdsrTail::EdsrTail(LayerBuilder& layers, std::int64_t features, const std::string& upsamplerPrefix,
                   const std::string& lastPrefix)
    : upsampler(layers, upsamplerPrefix, features)
    , last(layers.convolution(lastPrefix, {.in = features, .out = 3})) {
    if (layers.has("add_mean.weight")) {
        addMean = makeMeanShift(layers, "add_mean");
    }
}

std::unique_ptr<Trunk> EdsrTail::operator()(const torch::Tensor& x) const {
    return makeTrunk(x, [this, x](const Crop& crop) {
        const auto sr = last(upsampler(crop(x)));
        return addMean ? (*addMean)(sr) : sr;
    });
}

int scaleOfEdsrTail(const LayerBuilder& layers) {
    int scale = 1;
    for (const int factor : shuffleFactors(layers, "tail.0", 2)) {
        scale *= factor;
    }
    return scale;
}

}  // namespace lamscope
