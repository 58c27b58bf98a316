// SPDX-License-Identifier: GPL-3.0-or-later
// RLFN: Kong et al., "Residual Local Feature Network for Efficient Super-Resolution", CVPRW 2022.
#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "model/arch/attention.h"
#include "model/arch/distillation_network.h"
#include "runtime/torch_headers.h"

namespace lamscope::rlfn {

namespace {

/// Published under two sets of keys: the paper's, and that of the NTIRE 2022 harness.
struct KeyNames {
    std::string first;
    std::string block;  ///< prefix of the block number
    std::string last;
};

KeyNames keyNames(const LayerBuilder& layers) {
    if (layers.has("block_1.c1_r.weight")) {
        return {"conv_1", "block_", "conv_2"};
    }
    return {"fea_conv", "B", "LR_conv"};
}

struct LocalFeatureBlock {
    double slope = 0.0;
    Convolution c1;
    Convolution c2;
    Convolution c3;
    Convolution c5;
    EnhancedSpatialAttention attention;

    LocalFeatureBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features, double negativeSlope)
        : slope(negativeSlope) {
        const auto middle = layers.size(prefix + ".c1_r.weight", 0);
        c1 = layers.convolution(prefix + ".c1_r", {.in = features, .out = middle});
        c2 = layers.convolution(prefix + ".c2_r", {.in = middle, .out = middle});
        c3 = layers.convolution(prefix + ".c3_r", {.in = middle, .out = features});
        c5 = layers.convolution(prefix + ".c5", {.in = features, .out = features, .kernel = 1});
        attention = makeSpatialAttention(layers, prefix + ".esa", features, {"conv3"});
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        const auto y = leakyRelu(c3(leakyRelu(c2(leakyRelu(c1(x), slope)), slope)), slope);
        return attention(c5(y + x));
    }
};

DistillationParts<LocalFeatureBlock> makeParts(LayerBuilder& layers, const KeyNames& names, std::int64_t features,
                                               int blocks, int scale) {
    const double slope = layers.assumed("slope", 0.05);
    DistillationParts<LocalFeatureBlock> parts;
    parts.first = layers.convolution(names.first, {.in = 3, .out = features});
    for (int i = 1; i <= blocks; ++i) {
        parts.blocks.emplace_back(layers, names.block + std::to_string(i), features, slope);
    }
    parts.tail = makeShuffleTail(layers, names.last, "upsampler.0", features, scale);
    return parts;
}

/// The sum of what two trunks give.
class SumOfTrunks final : public Trunk {
public:
    SumOfTrunks(std::unique_ptr<Trunk> first, std::unique_ptr<Trunk> second)
        : first_(std::move(first))
        , second_(std::move(second)) {}

    [[nodiscard]] torch::Tensor finish(const std::optional<Rect>& region) const override {
        return first_->finish(region) + second_->finish(region);
    }

private:
    std::unique_ptr<Trunk> first_;
    std::unique_ptr<Trunk> second_;
};

/// The same layers make what is added to the bilinearly enlarged input.
class WithBilinearSkip final : public NativeNetwork {
public:
    WithBilinearSkip(DistillationParts<LocalFeatureBlock> parts, int scale)
        : residual_(std::move(parts))
        , scale_(scale) {}

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        auto enlarged = makeTrunk(lr, [this, lr](const Crop& crop) { return enlargeBilinear(crop(lr), scale_); });
        return std::make_unique<SumOfTrunks>(residual_.begin(lr), std::move(enlarged));
    }

private:
    DistillationNetwork<LocalFeatureBlock> residual_;
    int scale_;
};

bool matches(const LayerBuilder& layers) {
    return (layers.rank("block_1.c1_r.weight") == 4 && layers.has("block_1.esa.conv1.weight"))
           || (layers.rank("B1.c1_r.weight") == 4 && layers.has("B1.esa.conv1.weight")
               && !layers.has("B1.c1_d.weight"));
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto names = keyNames(layers);
    const auto features = layers.size(names.first + ".weight", 0);
    const int blocks = std::max(layers.countAfter(names.block) - 1, 0);
    const int scale = scaleOfPixelShuffle(layers, "upsampler.0.weight");
    BuiltNetwork result;
    result.name = "RLFN";
    result.hyperparameters = {{"features", std::to_string(features)},
                              {"middle features", std::to_string(layers.size(names.block + "1.c1_r.weight", 0))},
                              {"blocks", std::to_string(blocks)}};
    result.scales = {scale};
    const bool skips = layers.assumed("bilinear_skip", 0.0) != 0.0;
    if (!skips) {
        result.defaultRange = 255.0;
    }
    result.minimumSide = EnhancedSpatialAttention::minimumSide;
    result.cropping.evidence = EnhancedSpatialAttention::whyWhole;
    if (blocks == 4) {
        result.receptiveField = {
            .global = false, .radius = 78, .evidence = "measured on a published network (lower bound)"};
    }
    auto parts = makeParts(layers, names, features, blocks, scale);
    if (skips) {
        result.network = std::make_unique<WithBilinearSkip>(std::move(parts), scale);
    } else {
        result.network = std::make_unique<DistillationNetwork<LocalFeatureBlock>>(std::move(parts));
    }
    return result;
}

}  // namespace

Architecture architecture() {
    return {"rlfn", matches, build};
}

}  // namespace lamscope::rlfn
