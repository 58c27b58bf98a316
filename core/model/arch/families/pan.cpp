// SPDX-License-Identifier: GPL-3.0-or-later
// PAN: Zhao et al., "Efficient Image Super-Resolution Using Pixel Attention", ECCVW 2020.
#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "runtime/torch_headers.h"

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

struct UpsamplingStage {
    Convolution up;
    Convolution attention;
    Convolution refine;

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x, int factor, double slope) const {
        const auto y = up(enlargeNearest(x, factor));
        return leakyRelu(refine(leakyRelu(y * at::sigmoid(attention(y)), slope)), slope);
    }
};

class Pan final : public NativeNetwork {
public:
    Pan(LayerBuilder& layers, std::int64_t features, int blocks, int stages, int scale)
        : scale_(scale)
        , factor_(stages == 2 ? 2 : scale)
        , slope_(layers.assumed("slope", 0.2)) {
        first_ = layers.convolution("conv_first", {.in = 3, .out = features});
        for (int i = 0; i < blocks; ++i) {
            blocks_.emplace_back(layers, fmt::format("SCPA_trunk.{}", i), features, slope_);
        }
        trunk_ = layers.convolution("trunk_conv", {.in = features, .out = features});
        const auto width = layers.size("upconv1.weight", 0);
        for (int n = 1; n <= stages; ++n) {
            UpsamplingStage stage;
            stage.up = layers.convolution(fmt::format("upconv{}", n), {.in = n == 1 ? features : width, .out = width});
            stage.attention =
                layers.convolution(fmt::format("att{}.conv", n), {.in = width, .out = width, .kernel = 1});
            stage.refine = layers.convolution(fmt::format("HRconv{}", n), {.in = width, .out = width});
            stages_.push_back(stage);
        }
        last_ = layers.convolution("conv_last", {.in = width, .out = 3});
    }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        const auto first = first_(lr);
        auto x = first;
        for (const auto& block : blocks_) {
            x = block(x);
        }
        x = trunk_(x) + first;
        return makeTrunk(x, [this, lr, x](const Crop& crop) {
            auto y = crop(x);
            for (const auto& stage : stages_) {
                y = stage(y, factor_, slope_);
            }
            return last_(y) + enlargeBilinear(crop(lr), scale_);
        });
    }

private:
    int scale_;
    int factor_;
    double slope_;
    Convolution first_;
    std::vector<NamedBlock<PixelAttentionBlock>> blocks_;
    Convolution trunk_;
    std::vector<UpsamplingStage> stages_;
    Convolution last_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has("SCPA_trunk.0.conv1_a.weight");
}

BuiltNetwork build(LayerBuilder& layers, int scale) {
    const auto features = layers.size("conv_first.weight", 0);
    const int blocks = layers.countAfter("SCPA_trunk.");
    const int stages = layers.has("upconv2.weight") ? 2 : 1;
    BuiltNetwork result;
    result.name = "PAN";
    result.hyperparameters = {{"features", std::to_string(features)}, {"blocks", std::to_string(blocks)}};
    if (stages == 2) {
        result.scales = {4};
    } else {
        result.scales = {2, 3};
        result.scaleIsOpen = true;
    }
    const int used = stages == 2 ? 4 : (scale == 3 ? 3 : 2);
    result.defaultRange = 1.0;
    // 2 convolutions of 3x3 in a row per block, conv_first, trunk_conv, and what the ×4 tail adds, in LR pixels.
    result.receptiveField = {.global = false, .radius = 2 * blocks + 4, .evidence = "analytic"};
    result.cropping.multiple = 1;
    result.network = std::make_unique<Pan>(layers, features, blocks, stages, used);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"pan", matches, build};
}

}  // namespace lamscope::pan
