// SPDX-License-Identifier: GPL-3.0-or-later
// PAN: Zhao et al., "Efficient Image Super-Resolution Using Pixel Attention", ECCVW 2020.
#include "model/arch/pixel_attention_network.h"

namespace lamscope::pan {

namespace {

/// Self-calibrated block with pixel attention.
struct PixelAttentionBlock {
    double slope = 0.0;
    Convolution conv1A;
    Convolution conv1B;
    Convolution k1;
    Convolution k2;
    Convolution k3;
    Convolution k4;
    Convolution conv3;

    PixelAttentionBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features, double negativeSlope)
        : slope(negativeSlope) {
        const auto half = layers.size(prefix + ".conv1_a.weight", 0);
        const auto plain = [&](const char* name, std::int64_t in, std::int64_t out, std::int64_t kernel) {
            return layers.convolution(prefix + name, {.in = in, .out = out, .kernel = kernel, .bias = false});
        };
        conv1A = plain(".conv1_a", features, half, 1);
        conv1B = plain(".conv1_b", features, half, 1);
        k1 = plain(".k1.0", half, half, 3);
        k2 = layers.convolution(prefix + ".PAConv.k2", {.in = half, .out = half, .kernel = 1});
        k3 = plain(".PAConv.k3", half, half, 3);
        k4 = plain(".PAConv.k4", half, half, 3);
        conv3 = plain(".conv3", 2 * half, features, 1);
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        const auto a = leakyRelu(k1(leakyRelu(conv1A(x), slope)), slope);
        auto b = leakyRelu(conv1B(x), slope);
        b = leakyRelu(k4(k3(b) * at::sigmoid(k2(b))), slope);
        return conv3(at::cat({a, b}, 1)) + x;
    }
};

bool matches(const LayerBuilder& layers) {
    return layers.has("SCPA_trunk.0.conv1_a.weight");
}

BuiltNetwork build(LayerBuilder& layers, int scale) {
    auto result = makePixelAttentionNetwork<PixelAttentionBlock>(layers, "PAN", "SCPA_trunk.", scale);
    result.defaultRange = 1.0;
    // 2 convolutions of 3x3 in a row per block, conv_first, trunk_conv, and what the ×4 tail adds, in LR pixels.
    result.receptiveField = {
        .global = false, .radius = 2 * layers.countAfter("SCPA_trunk.") + 4, .evidence = "analytic"};
    result.cropping.multiple = 1;
    return result;
}

}  // namespace

Architecture architecture() {
    return {"pan", matches, build};
}

}  // namespace lamscope::pan
