// SPDX-License-Identifier: GPL-3.0-or-later
// SMFANet and SMFANet+: Zheng et al., "SMFANet: A Lightweight Self-Modulation Feature Aggregation Network for Efficient
// Image Super-Resolution", ECCV 2024.
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "model/arch/distillation_network.h"
#include "model/arch/feature_modulation.h"
#include "model/arch/partial_channels.h"
#include "runtime/torch_headers.h"

namespace lamscope::smfanet {

namespace {

/// Side of the cells whose largest values stand for what is further away.
constexpr int cell = 8;

/// Every pixel's features divided by their Euclidean norm.
torch::Tensor ofUnitLength(const torch::Tensor& x) {
    constexpr double leastNorm = 1e-12;
    return x / at::linalg_vector_norm(x, 2, at::IntArrayRef{1}, /*keepdim=*/true).clamp_min(leastNorm);
}

/// Half of the features is modulated by its largest values nearby and its variances over the image, the other half
/// convolved.
struct SelfModulation {
    torch::Tensor weightOfCells;
    torch::Tensor weightOfVariance;
    Convolution split;
    Convolution ofCells;
    Convolution modulate;
    std::vector<Convolution> widen;  ///< a depthwise and a 1x1 convolution
    Convolution narrow;
    Convolution merge;

    SelfModulation(LayerBuilder& layers, const std::string& prefix, std::int64_t features) {
        const auto groups = std::max<std::int64_t>(features, 1);
        const auto pointwise = [&](const char* name, std::int64_t in, std::int64_t out) {
            return layers.convolution(prefix + name, {.in = in, .out = out, .kernel = 1});
        };
        weightOfCells = layers.tensor(prefix + ".alpha", {1, features, 1, 1});
        weightOfVariance = layers.tensor(prefix + ".belt", {1, features, 1, 1});
        split = pointwise(".linear_0", features, 2 * features);
        ofCells = layers.convolution(prefix + ".dw_conv", {.in = features, .out = features, .groups = groups});
        modulate = pointwise(".linear_1", features, features);
        widen = {layers.convolution(prefix + ".lde.conv_0.0", {.in = features, .out = 2 * features, .groups = groups}),
                 pointwise(".lde.conv_0.1", 2 * features, 2 * features)};
        narrow = pointwise(".lde.conv_1", 2 * features, features);
        merge = pointwise(".linear_2", features, features);
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        const auto halves = split(x).chunk(2, 1);
        const auto& modulated = halves[1];
        const auto coarse = ofCells(largestOfCells(modulated, cell));
        const auto factor = at::gelu(modulate(coarse * weightOfCells + sampleVariance(modulated) * weightOfVariance));
        const auto far = modulated * at::upsample_nearest2d(factor, {x.size(2), x.size(3)});
        const auto near = narrow(at::gelu(applyChain(widen, halves[0])));
        return merge(far + near);
    }
};

/// Mixes channels, of which the first also see their neighbours.
struct PartialMixer {
    Convolution widen;
    Convolution convolve;
    Convolution narrow;
    std::int64_t convolved = 0;

    PartialMixer(LayerBuilder& layers, const std::string& prefix, std::int64_t features) {
        const auto wide = layers.size(prefix + ".conv_0.weight", 0);
        convolved = std::min(layers.size(prefix + ".conv_1.weight", 0), wide);
        widen = layers.convolution(prefix + ".conv_0", {.in = features, .out = wide, .kernel = 1});
        convolve = layers.convolution(prefix + ".conv_1", {.in = convolved, .out = convolved});
        narrow = layers.convolution(prefix + ".conv_2", {.in = wide, .out = features, .kernel = 1});
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        return narrow(onFirstChannels(at::gelu(widen(x)), convolved,
                                      [this](const torch::Tensor& first) { return at::gelu(convolve(first)); }));
    }
};

struct AggregationBlock {
    SelfModulation modulate;
    PartialMixer mix;

    AggregationBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features)
        : modulate(layers, prefix + ".smfa", features)
        , mix(layers, prefix + ".pcfn", features) {}

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        const auto y = x + modulate(ofUnitLength(x));
        return y + mix(ofUnitLength(y));
    }
};

DistillationParts<AggregationBlock> makeParts(LayerBuilder& layers, std::int64_t features, int blocks, int scale) {
    DistillationParts<AggregationBlock> parts;
    parts.first = layers.convolution("to_feat", {.in = 3, .out = features});
    for (int i = 0; i < blocks; ++i) {
        parts.blocks.emplace_back(layers, fmt::format("feats.{}", i), features);
    }
    parts.tail.upsampler = layers.convolution("to_img.0", {.in = features, .out = 3L * scale * scale});
    parts.tail.scale = scale;
    return parts;
}

bool matches(const LayerBuilder& layers) {
    return layers.has("feats.0.smfa.alpha");
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto features = layers.size("to_feat.weight", 0);
    const int blocks = layers.countAfter("feats.");
    const int scale = scaleOfPixelShuffle(layers, "to_img.0.weight");
    BuiltNetwork result;
    result.name = "SMFANet";
    result.hyperparameters = {
        {"features", std::to_string(features)},
        {"blocks", std::to_string(blocks)},
        {"hidden features", std::to_string(layers.size("feats.0.pcfn.conv_0.weight", 0))},
        {"convolved hidden features", std::to_string(layers.size("feats.0.pcfn.conv_1.weight", 0))}};
    result.scales = {scale};
    result.defaultRange = 1.0;
    result.minimumSide = cell;
    result.receptiveField = {.global = true, .radius = std::nullopt, .evidence = "analytic: variances over the image"};
    result.network =
        std::make_unique<DistillationNetwork<AggregationBlock>>(makeParts(layers, features, blocks, scale));
    return result;
}

}  // namespace

Architecture architecture() {
    return {"smfanet", matches, build};
}

}  // namespace lamscope::smfanet
