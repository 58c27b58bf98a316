// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/feature_modulation.h"

#include "runtime/torch_headers.h"

namespace lamscope {

torch::Tensor normalisePixels(const LayerNorm& norm, const torch::Tensor& x) {
    return norm(x.permute({0, 2, 3, 1})).permute({0, 3, 1, 2});
}

torch::Tensor largestOfCells(const torch::Tensor& x, std::int64_t side) {
    return std::get<0>(at::adaptive_max_pool2d(x, {x.size(2) / side, x.size(3) / side}));
}

torch::Tensor sampleVariance(const torch::Tensor& x) {
    // Of operations that have a secant rule.
    const auto difference = x - x.mean({2, 3}, /*keepdim=*/true);
    return difference.square().sum({2, 3}, /*keepdim=*/true) / static_cast<double>(x.size(2) * x.size(3) - 1);
}

ChannelMixer::ChannelMixer(LayerBuilder& layers, const std::string& widenPrefix, const std::string& narrowPrefix,
                           std::int64_t features, std::int64_t kernel, bool bias) {
    const auto wide = layers.size(widenPrefix + ".weight", 0);
    widen = layers.convolution(widenPrefix, {.in = features, .out = wide, .kernel = kernel, .bias = bias});
    narrow = layers.convolution(narrowPrefix, {.in = wide, .out = features, .kernel = 1, .bias = bias});
}

torch::Tensor ChannelMixer::operator()(const torch::Tensor& x) const {
    return narrow(at::gelu(widen(x)));
}

}  // namespace lamscope
