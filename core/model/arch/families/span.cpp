// SPDX-License-Identifier: GPL-3.0-or-later
// SPAN: Wan et al., "Swift Parameter-free Attention Network for Efficient Super-Resolution", CVPRW 2024. ESRNet, of the
// challenge on efficient SR of 2025, adds the faint output of a seventh block of one convolution.
#include <algorithm>
#include <optional>
#include <string>
#include <tuple>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "model/arch/div2k_mean.h"
#include "model/arch/span_blocks.h"
#include "runtime/torch_headers.h"

namespace lamscope::span {

namespace {

constexpr float inputRange = 255.0F;

struct Shape {
    std::int64_t features = 0;
    std::int64_t tailFeatures = 0;
    int blocks = 1;
    int scale = 1;
    bool hasFaintBlock = false;
};

/// Keys of the first convolution of block `i`, from 1 on.
std::string firstOfBlock(int i) {
    return fmt::format("block_{}.c1_r", i);
}

Shape shapeOf(const LayerBuilder& layers) {
    Shape shape;
    shape.features = layers.size(ReparameterisedConvolution::weightKey(layers, firstOfBlock(1)), 0);
    shape.tailFeatures = layers.size("conv_cat.weight", 0);
    shape.blocks = std::max(layers.countAfter("block_") - 1, 1);
    shape.hasFaintBlock = shape.blocks > 1 && ReparameterisedConvolution::isIn(layers, firstOfBlock(shape.blocks))
                          && !ReparameterisedConvolution::isIn(layers, fmt::format("block_{}.c2_r", shape.blocks));
    if (shape.hasFaintBlock) {
        --shape.blocks;
    }
    shape.scale = scaleOfPixelShuffle(layers, "upsampler.0.weight");
    return shape;
}

class Span final : public NativeNetwork {
public:
    Span(LayerBuilder& layers, const Shape& shape, bool normalises)
        : scale_(shape.scale)
        , first_(layers, "conv_1", 3, shape.features) {
        if (normalises) {
            mean_ = layers.constant(div2kShift(), {1, 3, 1, 1});
        }
        for (int i = 1; i <= shape.blocks; ++i) {
            blocks_.emplace_back(layers, fmt::format("block_{}", i), shape.features, at::silu);
        }
        if (shape.hasFaintBlock) {
            faint_.emplace(layers, firstOfBlock(shape.blocks + 1), shape.features, shape.features);
            faintness_ = layers.assumed("residual_scale", 1e-5);
        }
        last_ = ReparameterisedConvolution(layers, "conv_2", shape.features, shape.features);
        fuse_ = layers.convolution("conv_cat", {.in = 4 * shape.features, .out = shape.tailFeatures, .kernel = 1});
        upsampler_ =
            layers.convolution("upsampler.0", {.in = shape.tailFeatures, .out = 3L * shape.scale * shape.scale});
    }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        const auto first = first_(mean_.defined() ? (lr - mean_) * inputRange : lr);
        auto x = first;
        torch::Tensor firstOutput;
        torch::Tensor inner;
        for (const auto& block : blocks_) {
            std::tie(x, inner) = block(x);
            if (!firstOutput.defined()) {
                firstOutput = x;
            }
        }
        auto last = last_(x);
        if (faint_) {
            last = at::add(last, (*faint_)(x), faintness_);
        }
        x = fuse_(at::cat({first, last, firstOutput, inner}, 1));
        return makeTrunk(x, [this, x](const Crop& crop) { return at::pixel_shuffle(upsampler_(crop(x)), scale_); });
    }

private:
    int scale_;
    ReparameterisedConvolution first_;
    torch::Tensor mean_;
    std::vector<SwiftAttentionBlock> blocks_;
    std::optional<ReparameterisedConvolution> faint_;
    double faintness_ = 0.0;
    ReparameterisedConvolution last_;
    Convolution fuse_;
    Convolution upsampler_;
};

bool matches(const LayerBuilder& layers) {
    return ReparameterisedConvolution::isIn(layers, firstOfBlock(1))
           && ReparameterisedConvolution::isIn(layers, "conv_2") && layers.has("upsampler.0.weight");
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto shape = shapeOf(layers);
    layers.ignore([](const std::string& key) { return key == "no_norm"; });
    BuiltNetwork result;
    result.name = shape.hasFaintBlock ? "ESRNet" : "SPAN";
    result.hyperparameters = {{"features", std::to_string(shape.features)}, {"blocks", std::to_string(shape.blocks)}};
    if (shape.tailFeatures != shape.features) {
        result.hyperparameters.emplace_back("features of the tail", std::to_string(shape.tailFeatures));
    }
    result.scales = {shape.scale};
    result.defaultRange = 1.0;
    // ESRNet always does. Some networks of SPAN do not, and the files of some of these say so by a key.
    const bool normalises = shape.hasFaintBlock || (!layers.has("no_norm") && layers.assumed("norm", 1.0) != 0.0);
    if (normalises) {
        result.mean.assign(div2kMean.begin(), div2kMean.end());
    }
    // Three convolutions a block, one before and one behind them, and the upsampler's.
    result.receptiveField = {.global = false, .radius = 3 * shape.blocks + 3, .evidence = "analytic"};
    result.cropping.multiple = 1;
    result.network = std::make_unique<Span>(layers, shape, normalises);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"span", matches, build};
}

}  // namespace lamscope::span
