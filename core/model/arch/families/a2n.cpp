// SPDX-License-Identifier: GPL-3.0-or-later
// A2N: Chen, Gu, Zhang, "Attention in Attention Network for Image Super-Resolution", arXiv:2104.09497, 2021.
#include "model/arch/pixel_attention_network.h"

namespace lamscope::a2n {

namespace {

/// Pixel attention beside a plain convolution; the means of the image's features weigh the one against the other.
struct AttentionInAttentionBlock {
    double slope = 0.0;
    Convolution first;
    Linear squeeze;
    Linear weigh;
    Convolution k1;
    Convolution k2;
    Convolution k3;
    Convolution k4;
    Convolution plain;
    Convolution last;

    AttentionInAttentionBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features,
                              double negativeSlope)
        : slope(negativeSlope) {
        const auto convolution = [&](const char* name, std::int64_t kernel) {
            return layers.convolution(prefix + name,
                                      {.in = features, .out = features, .kernel = kernel, .bias = false});
        };
        const auto squeezed = layers.size(prefix + ".ADM.0.weight", 0);
        first = convolution(".conv_first", 1);
        squeeze = layers.linear(prefix + ".ADM.0", features, squeezed, /*bias=*/false);
        weigh = layers.linear(prefix + ".ADM.2", squeezed, 2, /*bias=*/false);
        k1 = convolution(".attention.k1", 3);
        k2 = layers.convolution(prefix + ".attention.k2", {.in = features, .out = features, .kernel = 1});
        k3 = convolution(".attention.k3", 3);
        k4 = convolution(".attention.k4", 3);
        plain = convolution(".non_attention", 3);
        last = convolution(".conv_last", 1);
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        constexpr double temperature = 30.0;
        const auto t = leakyRelu(first(x), slope);
        const auto shares = at::softmax(weigh(relu(squeeze(t.mean({2, 3})))) / temperature, -1);
        const auto share = [&](std::int64_t i) { return shares.narrow(1, i, 1).unsqueeze(-1).unsqueeze(-1); };
        const auto attended = k4(k3(t) * at::sigmoid(k2(leakyRelu(k1(t), slope))));
        return last(leakyRelu(share(0) * attended + share(1) * plain(t), slope)) + x;
    }
};

bool matches(const LayerBuilder& layers) {
    return layers.has("AAB_trunk.0.ADM.0.weight");
}

BuiltNetwork build(LayerBuilder& layers, int scale) {
    auto result = makePixelAttentionNetwork<AttentionInAttentionBlock>(layers, "A2N", "AAB_trunk.", scale);
    result.defaultRange = 255.0;
    result.receptiveField = {.global = true, .radius = std::nullopt, .evidence = "analytic: means over the image"};
    return result;
}

}  // namespace

Architecture architecture() {
    return {"a2n", matches, build};
}

}  // namespace lamscope::a2n
