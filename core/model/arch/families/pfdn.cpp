// SPDX-License-Identifier: GPL-3.0-or-later
// PFDN: Wang et al., the partial feature distillation network of the NTIRE 2023 challenge on efficient
// super-resolution (team 8), as it runs: every branch that it was trained with in one convolution.
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "model/arch/attention.h"
#include "model/arch/distillation_network.h"
#include "model/arch/partial_channels.h"
#include "runtime/torch_headers.h"

namespace lamscope::pfdn {

namespace {

struct PartialBlock {
    double slope = 0.0;
    EnhancedSpatialAttention attention;
    Convolution first;
    Convolution partial;  ///< of the first channels alone
    Convolution last;
    std::int64_t convolved = 0;

    PartialBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features, double negativeSlope)
        : slope(negativeSlope)
        , attention(makeSpatialAttention(layers, prefix + ".attn", features, {"conv3"}))
        , convolved(std::min(layers.size(prefix + ".conv3.rep_conv.weight", 0), features)) {
        first = layers.convolution(prefix + ".conv1.rep_conv", {.in = features, .out = features});
        partial = layers.convolution(prefix + ".conv3.rep_conv", {.in = convolved, .out = convolved});
        last = layers.convolution(prefix + ".conv2.rep_conv", {.in = features, .out = features});
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        const auto attended = attention(x);
        const auto y = onFirstChannels(leakyRelu(first(attended), slope), convolved,
                                       [this](const torch::Tensor& part) { return leakyRelu(partial(part), slope); });
        return leakyRelu(last(y), slope) + attended;
    }
};

DistillationParts<PartialBlock> makeParts(LayerBuilder& layers, std::int64_t features, int blocks, int scale) {
    const double slope = layers.assumed("slope", 0.05);
    DistillationParts<PartialBlock> parts;
    parts.first = layers.convolution("conv_first", {.in = 3, .out = features});
    for (int i = 1; i <= blocks; ++i) {
        parts.blocks.emplace_back(layers, fmt::format("block{}", i), features, slope);
    }
    parts.tail = makeShuffleTail(layers, "conv_last", "tail.0", features, scale);
    return parts;
}

bool matches(const LayerBuilder& layers) {
    return layers.has("block1.attn.conv1.weight") && layers.has("block1.conv3.rep_conv.weight");
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto features = layers.size("conv_first.weight", 0);
    const int blocks = std::max(layers.countAfter("block") - 1, 0);
    const int scale = scaleOfPixelShuffle(layers, "tail.0.weight");
    BuiltNetwork result;
    result.name = "PFDN";
    result.hyperparameters = {{"features", std::to_string(features)},
                              {"blocks", std::to_string(blocks)},
                              {"partial features", std::to_string(layers.size("block1.conv3.rep_conv.weight", 0))}};
    result.scales = {scale};
    result.defaultRange = 1.0;
    result.minimumSide = EnhancedSpatialAttention::minimumSide;
    result.cropping.evidence = EnhancedSpatialAttention::whyWhole;
    result.network = std::make_unique<DistillationNetwork<PartialBlock>>(makeParts(layers, features, blocks, scale));
    return result;
}

}  // namespace

Architecture architecture() {
    return {"pfdn", matches, build};
}

}  // namespace lamscope::pfdn
