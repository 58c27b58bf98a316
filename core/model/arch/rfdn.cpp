// SPDX-License-Identifier: GPL-3.0-or-later
// RFDN: Liu et al., "Residual Feature Distillation Network for Lightweight Image Super-Resolution", ECCVW 2020.
#include <fmt/format.h>
#include <torch/torch.h>

#include "model/arch/architecture.h"
#include "model/arch/attention.h"
#include "model/arch/distillation_network.h"

namespace lamscope {

namespace {

constexpr double slope = 0.05;

struct ResidualDistillationBlock {
    std::vector<Convolution> distill;  // 1x1, one a step
    std::vector<Convolution> refine;   // 3x3, one a step
    Convolution c4;
    Convolution c5;
    EnhancedSpatialAttention attention;

    ResidualDistillationBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features) {
        const auto distilled = layers.size(prefix + ".c1_d.weight", 0);
        for (int i = 1; i <= 3; ++i) {
            distill.push_back(layers.convolution(fmt::format("{}.c{}_d", prefix, i),
                                                 {.in = features, .out = distilled, .kernel = 1}));
            refine.push_back(layers.convolution(fmt::format("{}.c{}_r", prefix, i), {.in = features, .out = features}));
        }
        c4 = layers.convolution(prefix + ".c4", {.in = features, .out = distilled});
        c5 = layers.convolution(prefix + ".c5", {.in = 4 * distilled, .out = features, .kernel = 1});
        attention = makeSpatialAttention(layers, prefix + ".esa", features, {"conv_max", "conv3", "conv3_"});
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        std::vector<torch::Tensor> kept;
        auto rest = x;
        for (std::size_t i = 0; i < distill.size(); ++i) {
            kept.push_back(leakyRelu(distill[i](rest), slope));
            rest = leakyRelu(refine[i](rest) + rest, slope);
        }
        kept.push_back(leakyRelu(c4(rest), slope));
        return attention(c5(at::cat(kept, 1)));
    }
};

DistillationParts<ResidualDistillationBlock> makeParts(LayerBuilder& layers, std::int64_t features, int blocks,
                                                       int scale) {
    DistillationParts<ResidualDistillationBlock> parts;
    parts.first = {layers.convolution("fea_conv", {.in = 3, .out = features})};
    for (int i = 1; i <= blocks; ++i) {
        parts.blocks.emplace_back(layers, fmt::format("B{}", i), features);
    }
    parts.fuse = layers.convolution("c.0", {.in = blocks * features, .out = features, .kernel = 1});
    parts.activation = [](torch::Tensor&& x) { return leakyRelu(std::move(x), slope); };
    parts.tail = makeShuffleTail(layers, "LR_conv", "upsampler.0", features, scale);
    return parts;
}

bool matches(const LayerBuilder& layers) {
    return layers.has("B1.c1_d.weight") && layers.has("B1.esa.conv_max.weight") && layers.rank("B1.c1_r.weight") == 4;
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto features = layers.size("fea_conv.weight", 0);
    const int blocks = std::max(layers.countAfter("B") - 1, 0);
    const int scale = scaleOfPixelShuffle(layers, "upsampler.0.weight");
    BuiltNetwork result;
    result.name = "RFDN";
    result.hyperparameters = {{"features", std::to_string(features)}, {"blocks", std::to_string(blocks)}};
    result.assumed = {"leaky ReLU slope 0.05", "dilation 1"};
    result.scales = {scale};
    result.minimumSide = EnhancedSpatialAttention::minimumSide;
    if (blocks == 4) {
        result.receptiveField = {
            .global = false, .radius = 135, .evidence = "measured on a published network (lower bound)"};
    }
    result.network =
        std::make_unique<DistillationNetwork<ResidualDistillationBlock>>(makeParts(layers, features, blocks, scale));
    return result;
}

}  // namespace

const Architecture rfdnArchitecture{"rfdn", matches, build};

}  // namespace lamscope
