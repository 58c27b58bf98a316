// SPDX-License-Identifier: GPL-3.0-or-later
// SPANF, of the challenge on efficient SR of 2025 (NTIRE, CVPRW 2025): SPAN without normalisation, whose first block
// makes the features from the image, beside a convolution that enlarges each colour.
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "model/arch/span_blocks.h"
#include "runtime/torch_headers.h"

namespace lamscope::spanf {

namespace {

/// Three convolutions with activations between them. Its input has other channels than its output: there is neither
/// attention nor a skip.
struct FirstBlock {
    ReparameterisedConvolution c1;
    ReparameterisedConvolution c2;
    ReparameterisedConvolution c3;

    FirstBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features)
        : c1(layers, prefix + ".c1_r", 3, features)
        , c2(layers, prefix + ".c2_r", features, features)
        , c3(layers, prefix + ".c3_r", features, features) {}

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const { return c3(at::silu(c2(at::silu(c1(x))))); }
};

class Spanf final : public NativeNetwork {
public:
    Spanf(LayerBuilder& layers, std::int64_t features, int blocks, int scale)
        : scale_(scale)
        , firstBlock_(layers, "block_1", features) {
        const auto colours = 3L * scale * scale;
        near_ = layers.convolution("conv_near", {.in = 3, .out = colours, .groups = 3, .bias = false});
        for (int i = 2; i <= blocks; ++i) {
            blocks_.emplace_back(layers, fmt::format("block_{}", i), features, at::silu);
        }
        fuse_ = layers.convolution("conv_cat", {.in = 2 * features + colours, .out = features, .kernel = 1});
        last_ = ReparameterisedConvolution(layers, "conv_2", features, colours);
    }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        const auto first = firstBlock_(lr);
        auto x = first;
        for (const auto& block : blocks_) {
            x = block(x).first;
        }
        x = fuse_(at::cat({near_(lr), x, first}, 1));
        return makeTrunk(x, [this, x](const Crop& crop) { return at::pixel_shuffle(last_(crop(x)), scale_); });
    }

private:
    int scale_;
    NamedBlock<FirstBlock> firstBlock_;
    Convolution near_;
    std::vector<SwiftAttentionBlock> blocks_;
    Convolution fuse_;
    ReparameterisedConvolution last_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has("conv_near.weight") && ReparameterisedConvolution::isIn(layers, "block_1.c1_r");
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto features = layers.size("conv_cat.weight", 0);
    const int blocks = std::max(layers.countAfter("block_") - 1, 1);
    const int scale = scaleOfPixelShuffle(layers, "conv_near.weight");
    BuiltNetwork result;
    result.name = "SPANF";
    result.hyperparameters = {{"features", std::to_string(features)}, {"blocks", std::to_string(blocks)}};
    result.scales = {scale};
    result.defaultRange = 1.0;
    // Three convolutions a block, and the last.
    result.receptiveField = {.global = false, .radius = 3 * blocks + 1, .evidence = "analytic"};
    result.cropping.multiple = 1;
    result.network = std::make_unique<Spanf>(layers, features, blocks, scale);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"spanf", matches, build};
}

}  // namespace lamscope::spanf
