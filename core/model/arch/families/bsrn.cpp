// SPDX-License-Identifier: GPL-3.0-or-later
// BSRN and BSRN-S: Li et al., "Blueprint Separable Residual Network for Efficient Image Super-Resolution", CVPRW 2022.
#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "model/arch/attention.h"
#include "model/arch/distillation_network.h"
#include "runtime/torch_headers.h"

namespace lamscope::bsrn {

namespace {

/// The input is repeated this often along the channels.
constexpr std::int64_t inputRepeats = 4;

torch::Tensor erfGelu(const torch::Tensor& x) {
    return at::gelu(x);
}

/// The full network stores 1x1 convolutions as such, the small one (BSRN-S) as fully connected layers.
Convolution pointwise(LayerBuilder& layers, const std::string& prefix, std::int64_t in, std::int64_t out,
                      bool bias = true) {
    if (layers.rank(prefix + ".weight") == 2) {
        return layers.pointwiseLinear(prefix, in, out);
    }
    return layers.convolution(prefix, {.in = in, .out = out, .kernel = 1, .bias = bias});
}

/// Blueprint separable convolution: a 1x1 convolution, then a depthwise 3x3.
std::vector<Convolution> blueprint(LayerBuilder& layers, const std::string& prefix, std::int64_t in, std::int64_t out,
                                   std::int64_t stride = 1, std::int64_t padding = 1) {
    std::vector<Convolution> chain;
    chain.push_back(pointwise(layers, prefix + ".pw", in, out, layers.has(prefix + ".pw.bias")));
    chain.push_back(layers.convolution(
        prefix + ".dw",
        {.in = out, .out = out, .stride = stride, .padding = padding, .groups = std::max<std::int64_t>(out, 1)}));
    return chain;
}

EnhancedSpatialAttention makeAttention(LayerBuilder& layers, const std::string& prefix, std::int64_t features) {
    const auto reduced = layers.size(prefix + ".conv1.weight", 0);
    EnhancedSpatialAttention attention;
    attention.activation = erfGelu;
    attention.conv1 = pointwise(layers, prefix + ".conv1", features, reduced);
    attention.convF = pointwise(layers, prefix + ".conv_f", reduced, reduced);
    if (layers.has(prefix + ".conv2.pw.weight")) {
        attention.conv2 = blueprint(layers, prefix + ".conv2", reduced, reduced, 2, 0);
    } else {
        attention.conv2 = {
            layers.convolution(prefix + ".conv2", {.in = reduced, .out = reduced, .stride = 2, .padding = 0})};
    }
    for (const auto* name : {".conv_max", ".conv3", ".conv3_"}) {
        attention.pooled.push_back(blueprint(layers, prefix + name, reduced, reduced));
    }
    attention.conv4 = pointwise(layers, prefix + ".conv4", reduced, features);
    return attention;
}

struct BlueprintBlock {
    std::vector<Convolution> distill;
    std::vector<std::vector<Convolution>> refine;
    std::vector<Convolution> c4;
    Convolution c5;
    EnhancedSpatialAttention spatial;
    std::optional<ContrastChannelAttention> channels;  // BSRN
    torch::Tensor channelWeights;                      // BSRN-S
    Convolution out;                                   // BSRN-S

    BlueprintBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features, bool small) {
        const auto distilled = layers.size(prefix + ".c1_d.weight", 0);
        for (int i = 1; i <= 3; ++i) {
            distill.push_back(pointwise(layers, fmt::format("{}.c{}_d", prefix, i), features, distilled));
            refine.push_back(blueprint(layers, fmt::format("{}.c{}_r", prefix, i), features, features));
        }
        c4 = blueprint(layers, prefix + ".c4", features, distilled);
        c5 = pointwise(layers, prefix + ".c5", 4 * distilled, features);
        spatial = makeAttention(layers, prefix + ".esa", features);
        if (small) {
            channelWeights = layers.tensor(prefix + ".cw", {1, features});
            out = pointwise(layers, prefix + ".conv_out", features, features);
        } else {
            channels = ContrastChannelAttention(layers, prefix + ".cca.conv_du", features);
        }
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        std::vector<torch::Tensor> kept;
        auto rest = x;
        for (std::size_t i = 0; i < distill.size(); ++i) {
            kept.push_back(erfGelu(distill[i](rest)));
            rest = erfGelu(applyChain(refine[i], rest) + rest);
        }
        kept.push_back(erfGelu(applyChain(c4, rest)));
        const auto y = spatial(c5(at::cat(kept, 1)));
        if (channels) {
            return (*channels)(y) + x;
        }
        return out(y * channelWeights.view({1, -1, 1, 1})) + x;
    }
};

DistillationParts<BlueprintBlock> makeParts(LayerBuilder& layers, std::int64_t features, int blocks, bool small,
                                            int scale) {
    DistillationParts<BlueprintBlock> parts;
    parts.inputRepeats = inputRepeats;
    parts.first = [chain = blueprint(layers, "fea_conv", 3 * inputRepeats, features)](const torch::Tensor& x) {
        return applyChain(chain, x);
    };
    for (int i = 1; i <= blocks; ++i) {
        parts.blocks.emplace_back(layers, fmt::format("B{}", i), features, small);
    }
    parts.fusion = {.convolution = pointwise(layers, "c1", blocks * features, features), .activation = erfGelu};
    parts.tail = {
        .last = blueprint(layers, "c2", features, features),
        .upsampler = layers.convolution("upsampler.upsampleOneStep.0", {.in = features, .out = 3L * scale * scale}),
        .scale = scale};
    return parts;
}

bool matches(const LayerBuilder& layers) {
    return layers.has("B1.c1_r.pw.weight");
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto features = layers.size("fea_conv.pw.weight", 0);
    const int blocks = std::max(layers.countAfter("B") - 1, 0);
    const int scale = scaleOfPixelShuffle(layers, "upsampler.upsampleOneStep.0.weight");
    const bool small = layers.has("B1.cw");
    BuiltNetwork result;
    result.name = small ? "BSRN-S" : "BSRN";
    result.hyperparameters = {{"features", std::to_string(features)}, {"blocks", std::to_string(blocks)}};
    result.scales = {scale};
    result.defaultRange = 1.0;
    result.minimumSide = EnhancedSpatialAttention::minimumSide;
    result.cropping.evidence = EnhancedSpatialAttention::whyWhole;
    if (!small) {
        result.receptiveField = {
            .global = true, .radius = std::nullopt, .evidence = "analytic: contrast-aware channel attention"};
    }
    result.network =
        std::make_unique<DistillationNetwork<BlueprintBlock>>(makeParts(layers, features, blocks, small, scale));
    return result;
}

}  // namespace

Architecture architecture() {
    return {"bsrn", matches, build};
}

}  // namespace lamscope::bsrn
