// SPDX-License-Identifier: GPL-3.0-or-later
// ESPAN, of the challenge on efficient SR of 2025 (NTIRE, CVPRW 2025): SPAN without normalisation, with a wide first
// convolution and a last block of two convolutions.
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "model/arch/span_blocks.h"
#include "runtime/torch_headers.h"

namespace lamscope::espan {

namespace {

constexpr auto firstConvolution = "conv_1.eval_conv";

/// A parameter-free attention block of two convolutions.
struct ShortBlock {
    ReparameterisedConvolution c1;
    ReparameterisedConvolution c2;

    ShortBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features)
        : c1(layers, prefix + ".c1_r", features, features)
        , c2(layers, prefix + ".c2_r", features, features) {}

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        return attendWithoutParameters(c2(at::silu(c1(x))), x);
    }
};

class Espan final : public NativeNetwork {
public:
    Espan(LayerBuilder& layers, std::int64_t features, std::int64_t kernel, int blocks, int scale)
        : scale_(scale)
        , shortBlock_(layers, "teacher_block_seq", features) {
        first_ = layers.convolution(firstConvolution, {.in = 3, .out = features, .kernel = kernel});
        for (int i = 1; i <= blocks; ++i) {
            blocks_.emplace_back(layers, fmt::format("block_{}", i), features, at::silu);
        }
        last_ = ReparameterisedConvolution(layers, "tea_conv_2", features, features);
        fuse_ = layers.convolution("tea_conv_cat", {.in = 4 * features, .out = features, .kernel = 1});
        upsampler_ = ReparameterisedConvolution(layers, "tea_upsampler.0", features, 3L * scale * scale);
    }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        const auto first = first_(lr);
        auto x = first;
        torch::Tensor firstOutput;
        for (const auto& block : blocks_) {
            x = block(x).first;
            if (!firstOutput.defined()) {
                firstOutput = x;
            }
        }
        const auto attended = shortBlock_(x);
        x = fuse_(at::cat({first, last_(attended), firstOutput, attended}, 1));
        return makeTrunk(x, [this, x](const Crop& crop) { return at::pixel_shuffle(upsampler_(crop(x)), scale_); });
    }

private:
    int scale_;
    Convolution first_;
    std::vector<SwiftAttentionBlock> blocks_;
    NamedBlock<ShortBlock> shortBlock_;
    ReparameterisedConvolution last_;
    Convolution fuse_;
    ReparameterisedConvolution upsampler_;
};

bool matches(const LayerBuilder& layers) {
    return ReparameterisedConvolution::isIn(layers, "teacher_block_seq.c1_r");
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto key = std::string(firstConvolution) + ".weight";
    const auto features = layers.size(key, 0);
    const auto kernel = layers.size(key, 2) / 2 * 2 + 1;  // an odd one, as the size must stay
    const int blocks = std::max(layers.countAfter("block_") - 1, 1);
    const int scale = scaleOfPixelShuffle(layers, ReparameterisedConvolution::weightKey(layers, "tea_upsampler.0"));
    BuiltNetwork result;
    result.name = "ESPAN";
    result.hyperparameters = {{"features", std::to_string(features)}, {"blocks", std::to_string(blocks)}};
    result.scales = {scale};
    result.defaultRange = 1.0;
    // The first convolution, three a block, two of the short block, one behind it, and the upsampler's.
    result.receptiveField = {
        .global = false, .radius = static_cast<int>(kernel / 2) + 3 * blocks + 4, .evidence = "analytic"};
    result.cropping.multiple = 1;
    result.network = std::make_unique<Espan>(layers, features, kernel, blocks, scale);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"espan", matches, build};
}

}  // namespace lamscope::espan
