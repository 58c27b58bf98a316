// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/attention.h"

#include <torch/torch.h>

namespace lamscope {

EnhancedSpatialAttention makeSpatialAttention(LayerBuilder& layers, const std::string& prefix, std::int64_t features,
                                              const std::vector<std::string>& pooledNames) {
    const auto reduced = layers.size(prefix + ".conv1.weight", 0);
    EnhancedSpatialAttention attention;
    attention.activation = [](const torch::Tensor& x) { return at::relu(x); };
    attention.conv1 = layers.convolution(prefix + ".conv1", {.in = features, .out = reduced, .kernel = 1});
    attention.convF = layers.convolution(prefix + ".conv_f", {.in = reduced, .out = reduced, .kernel = 1});
    attention.conv2
        = {layers.convolution(prefix + ".conv2", {.in = reduced, .out = reduced, .stride = 2, .padding = 0})};
    for (const auto& name : pooledNames) {
        attention.pooled.push_back({layers.convolution(prefix + "." + name, {.in = reduced, .out = reduced})});
    }
    attention.conv4 = layers.convolution(prefix + ".conv4", {.in = reduced, .out = features, .kernel = 1});
    return attention;
}

torch::Tensor EnhancedSpatialAttention::operator()(const torch::Tensor& x) const {
    const auto reduced = conv1(x);
    auto y = at::max_pool2d(applyChain(conv2, reduced), {7, 7}, {3, 3});
    for (std::size_t i = 0; i < pooled.size(); ++i) {
        y = applyChain(pooled[i], y);
        if (activation != nullptr && i + 1 < pooled.size()) {
            y = activation(y);
        }
    }
    y = resizeBilinear(y, x.size(2), x.size(3));
    return x * at::sigmoid(conv4(y + convF(reduced)));
}

ContrastChannelAttention::ContrastChannelAttention(LayerBuilder& layers, const std::string& prefix,
                                                   std::int64_t features) {
    const auto reduced = layers.size(prefix + ".0.weight", 0);
    squeeze = layers.convolution(prefix + ".0", {.in = features, .out = reduced, .kernel = 1});
    excite = layers.convolution(prefix + ".2", {.in = reduced, .out = features, .kernel = 1});
}

torch::Tensor ContrastChannelAttention::operator()(const torch::Tensor& x) const {
    const auto [variance, mean] = at::var_mean(x, {2, 3}, /*unbiased=*/false, /*keepdim=*/true);
    // The root has an infinite slope at zero: a constant channel would turn every gradient into NaN. Such a channel
    // gets the subgradient 0, and the value 0 stays exact.
    const auto positive = variance > 0;
    const auto deviation = at::where(positive, at::where(positive, variance, at::ones_like(variance)).sqrt(),
                                     at::zeros_like(variance));
    return x * at::sigmoid(excite(relu(squeeze(deviation + mean))));
}

}  // namespace lamscope
