// SPDX-License-Identifier: GPL-3.0-or-later
// RFDN: Liu et al., "Residual Feature Distillation Network for Lightweight Image Super-Resolution", ECCVW 2020.
#include <array>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "model/arch/architecture.h"
#include "model/arch/attention.h"
#include "model/arch/distillation_network.h"
#include "runtime/torch_headers.h"

namespace lamscope::rfdn {

namespace {

/// What the publication states and no shape tells.
struct Constants {
    double slope = 0.05;
    std::array<std::int64_t, 3> dilations{1, 1, 1};  ///< of c1_r, c2_r, c3_r; challenge entries use others
};

/// Throws Error(InvalidArgument) where the user's dilations are none.
std::array<std::int64_t, 3> assumedDilations(LayerBuilder& layers) {
    constexpr double largest = 64.0;
    std::array<std::int64_t, 3> dilations{};
    const auto values = layers.assumed("dilation", std::vector{1.0, 1.0, 1.0});
    for (std::size_t i = 0; i < dilations.size(); ++i) {
        if (values[i] != std::floor(values[i]) || values[i] < 1.0 || values[i] > largest) {
            throw Error(ErrorCode::InvalidArgument, fmt::format("dilation={}: dilations are whole numbers from 1 to {}",
                                                                fmt::join(values, "/"), largest));
        }
        dilations[i] = std::llround(values[i]);
    }
    return dilations;
}

struct ResidualDistillationBlock {
    double slope = 0.0;
    std::vector<Convolution> distill;  // 1x1, one a step
    std::vector<Convolution> refine;   // 3x3, one a step
    Convolution c4;
    Convolution c5;
    EnhancedSpatialAttention attention;

    ResidualDistillationBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features,
                              const Constants& constants)
        : slope(constants.slope) {
        const auto distilled = layers.size(prefix + ".c1_d.weight", 0);
        for (int i = 1; i <= 3; ++i) {
            distill.push_back(layers.convolution(fmt::format("{}.c{}_d", prefix, i),
                                                 {.in = features, .out = distilled, .kernel = 1}));
            refine.push_back(layers.convolution(
                fmt::format("{}.c{}_r", prefix, i),
                {.in = features, .out = features, .dilation = constants.dilations[static_cast<std::size_t>(i - 1)]}));
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
                                                       const Constants& constants, int scale) {
    DistillationParts<ResidualDistillationBlock> parts;
    parts.first = layers.convolution("fea_conv", {.in = 3, .out = features});
    for (int i = 1; i <= blocks; ++i) {
        parts.blocks.emplace_back(layers, fmt::format("B{}", i), features, constants);
    }
    parts.fusion = {
        .convolution = layers.convolution("c.0", {.in = blocks * features, .out = features, .kernel = 1}),
        .activation = [slope = constants.slope](torch::Tensor&& x) { return leakyRelu(std::move(x), slope); }};
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
    const Constants constants{.slope = layers.assumed("slope", 0.05), .dilations = assumedDilations(layers)};
    result.scales = {scale};
    result.minimumSide = EnhancedSpatialAttention::minimumSide;
    result.cropping.evidence = EnhancedSpatialAttention::whyWhole;
    if (blocks == 4 && constants.dilations == Constants{}.dilations) {
        result.receptiveField = {
            .global = false, .radius = 135, .evidence = "measured on a published network (lower bound)"};
    }
    result.network = std::make_unique<DistillationNetwork<ResidualDistillationBlock>>(
        makeParts(layers, features, blocks, constants, scale));
    return result;
}

}  // namespace

Architecture architecture() {
    return {"rfdn", matches, build};
}

}  // namespace lamscope::rfdn
