// SPDX-License-Identifier: GPL-3.0-or-later
// IMDN: Hui et al., "Lightweight Image Super-Resolution with Information Multi-distillation Network", ACM MM 2019.
#include <cmath>

#include <fmt/format.h>
#include <torch/torch.h>

#include "model/arch/architecture.h"
#include "model/arch/attention.h"
#include "model/arch/distillation_network.h"

namespace lamscope {

namespace {

constexpr double slope = 0.05;

struct DistillationBlock {
    std::int64_t distilled = 0;
    Convolution c1;
    Convolution c2;
    Convolution c3;
    Convolution c4;
    Convolution c5;
    ContrastChannelAttention attention;

    DistillationBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features) {
        distilled = layers.size(prefix + ".c4.weight", 0);
        const auto remaining = features - distilled;
        c1 = layers.convolution(prefix + ".c1", {.in = features, .out = features});
        c2 = layers.convolution(prefix + ".c2", {.in = remaining, .out = features});
        c3 = layers.convolution(prefix + ".c3", {.in = remaining, .out = features});
        c4 = layers.convolution(prefix + ".c4", {.in = remaining, .out = distilled});
        c5 = layers.convolution(prefix + ".c5", {.in = 4 * distilled, .out = features, .kernel = 1});
        attention = ContrastChannelAttention(layers, prefix + ".cca.conv_du", features);
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        std::vector<torch::Tensor> kept;
        auto rest = x;
        for (const auto* convolution : {&c1, &c2, &c3}) {
            auto y = leakyRelu((*convolution)(rest), slope);
            const auto parts = y.split_with_sizes({distilled, y.size(1) - distilled}, 1);
            kept.push_back(parts[0]);
            rest = parts[1];
        }
        kept.push_back(c4(rest));
        return c5(attention(at::cat(kept, 1))) + x;
    }
};

DistillationParts<DistillationBlock> makeParts(LayerBuilder& layers, std::int64_t features, int blocks, int scale) {
    DistillationParts<DistillationBlock> parts;
    parts.first = {layers.convolution("fea_conv", {.in = 3, .out = features})};
    for (int i = 1; i <= blocks; ++i) {
        parts.blocks.emplace_back(layers, fmt::format("IMDB{}", i), features);
    }
    parts.fuse = layers.convolution("c.0", {.in = blocks * features, .out = features, .kernel = 1});
    parts.activation = [](torch::Tensor&& x) { return leakyRelu(std::move(x), slope); };
    parts.tail = makeShuffleTail(layers, "LR_conv", "upsampler.0", features, scale);
    return parts;
}

bool matches(const LayerBuilder& layers) {
    return layers.has("IMDB1.c1.weight");
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto features = layers.size("fea_conv.weight", 0);
    const int blocks = std::max(layers.countAfter("IMDB") - 1, 0);
    const int scale = scaleOfPixelShuffle(layers, "upsampler.0.weight");
    BuiltNetwork result;
    result.name = "IMDN";
    result.hyperparameters = {{"features", std::to_string(features)}, {"blocks", std::to_string(blocks)}};
    result.assumed = {"leaky ReLU slope 0.05"};
    result.scales = {scale};
    result.defaultRange = 1.0;
    result.receptiveField = {
        .global = true, .radius = std::nullopt, .evidence = "analytic: contrast-aware channel attention"};
    result.network =
        std::make_unique<DistillationNetwork<DistillationBlock>>(makeParts(layers, features, blocks, scale));
    return result;
}

}  // namespace

const Architecture imdnArchitecture{"imdn", matches, build};

}  // namespace lamscope
