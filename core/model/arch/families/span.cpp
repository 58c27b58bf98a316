// SPDX-License-Identifier: GPL-3.0-or-later
// SPAN: Wan et al., "Swift Parameter-free Attention Network for Efficient Super-Resolution", CVPRW 2024.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "model/arch/div2k_mean.h"
#include "runtime/torch_headers.h"

namespace lamscope::span {

namespace {

constexpr float inputRange = 255.0F;

/// The 3x3 convolution that the network was trained as: a 1x1, a 3x3 and a 1x1 convolution in a row beside one 1x1.
struct ConvolutionBranches {
    std::string name;
    Convolution shortcut;
    Convolution widen;
    Convolution middle;
    Convolution narrow;

    ConvolutionBranches(LayerBuilder& layers, const std::string& prefix, std::int64_t in, std::int64_t out)
        : name(prefix) {
        const auto wideIn = layers.size(prefix + ".conv.0.weight", 0);
        const auto wideOut = layers.size(prefix + ".conv.1.weight", 0);
        shortcut = layers.convolution(prefix + ".sk", {.in = in, .out = out, .kernel = 1});
        widen = layers.convolution(prefix + ".conv.0", {.in = in, .out = wideIn, .kernel = 1});
        middle = layers.convolution(prefix + ".conv.1", {.in = wideIn, .out = wideOut});
        narrow = layers.convolution(prefix + ".conv.2", {.in = wideOut, .out = out, .kernel = 1});
    }

    /// The one convolution that the network runs as, and that reports its features in the place of the four. Its zero
    /// padding is not that of the three in a row, whose border would see the first one's bias.
    [[nodiscard]] Convolution fused() const {
        const auto first = widen.weight.flatten(1);                        // [wide in, in]
        const auto last = narrow.weight.flatten(1);                        // [out, wide out]
        const auto& kernel = middle.weight;                                // [wide out, wide in, 3, 3]
        const auto taps = at::matmul(last, kernel.permute({2, 3, 0, 1}));  // [3, 3, out, wide in]
        const auto row = at::matmul(taps, first).permute({2, 3, 0, 1});
        Convolution result;
        result.name = name;
        result.weight = row + at::constant_pad_nd(shortcut.weight, {1, 1, 1, 1});
        const auto middleBias = at::mv(kernel.sum({2, 3}), widen.bias) + middle.bias;
        result.bias = at::mv(last, middleBias) + narrow.bias + shortcut.bias;
        result.padding = 1;
        return result;
    }
};

/// A 3x3 convolution of a file from training (branches) or of a slim one (their fusion, "eval_conv").
class ReparameterisedConvolution {
public:
    ReparameterisedConvolution() = default;
    ReparameterisedConvolution(LayerBuilder& layers, const std::string& prefix, std::int64_t in, std::int64_t out) {
        if (layers.has(prefix + ".sk.weight")) {
            branches_.emplace(layers, prefix, in, out);
            // What training left there is older than the branches.
            layers.ignore([stale = prefix + ".eval_conv."](const std::string& key) { return key.starts_with(stale); });
        } else {
            plain_ = layers.convolution(prefix + ".eval_conv", {.in = in, .out = out});
        }
    }

    /// The fusion costs about as much as 16x16 pixels. Made anew, it is exact in every type that the network is
    /// converted to, and follows its weights.
    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        return branches_ ? branches_->fused()(x) : plain_(x);
    }

private:
    std::optional<ConvolutionBranches> branches_;
    Convolution plain_;
};

/// Swift parameter-free attention block.
struct AttentionBlock {
    std::string name;
    ReparameterisedConvolution c1;
    ReparameterisedConvolution c2;
    ReparameterisedConvolution c3;

    AttentionBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features)
        : name(prefix)
        , c1(layers, prefix + ".c1_r", features, features)
        , c2(layers, prefix + ".c2_r", features, features)
        , c3(layers, prefix + ".c3_r", features, features) {}

    /// The block's output, and its first convolution's *after* the activation: the authors' code activates that tensor
    /// in place before it hands it out.
    [[nodiscard]] std::pair<torch::Tensor, torch::Tensor> operator()(const torch::Tensor& x) const {
        const auto first = at::silu(c1(x));
        const auto last = c3(at::silu(c2(first)));
        const auto y = (last + x) * (at::sigmoid(last) - 0.5);
        reportFeatures(Tap::Kind::Block, name, x, y);
        return {y, first};
    }
};

class Span final : public NativeNetwork {
public:
    Span(LayerBuilder& layers, std::int64_t features, int blocks, int scale, bool normalises)
        : scale_(scale)
        , first_(layers, "conv_1", 3, features) {
        if (normalises) {
            mean_ = layers.constant(div2kShift(), {1, 3, 1, 1});
        }
        for (int i = 1; i <= blocks; ++i) {
            blocks_.emplace_back(layers, fmt::format("block_{}", i), features);
        }
        last_ = ReparameterisedConvolution(layers, "conv_2", features, features);
        fuse_ = layers.convolution("conv_cat", {.in = 4 * features, .out = features, .kernel = 1});
        upsampler_ = layers.convolution("upsampler.0", {.in = features, .out = 3L * scale * scale});
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
        x = fuse_(at::cat({first, last_(x), firstOutput, inner}, 1));
        return makeTrunk(x, [this, x](const Crop& crop) { return at::pixel_shuffle(upsampler_(crop(x)), scale_); });
    }

private:
    int scale_;
    ReparameterisedConvolution first_;
    torch::Tensor mean_;
    std::vector<AttentionBlock> blocks_;
    ReparameterisedConvolution last_;
    Convolution fuse_;
    Convolution upsampler_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has("block_1.c1_r.sk.weight") || layers.has("block_1.c1_r.eval_conv.weight");
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto features = layers.size("conv_cat.weight", 0);
    const int blocks = std::max(layers.countAfter("block_") - 1, 1);
    const int scale = scaleOfPixelShuffle(layers, "upsampler.0.weight");
    layers.ignore([](const std::string& key) { return key == "no_norm"; });
    BuiltNetwork result;
    result.name = "SPAN";
    result.hyperparameters = {{"features", std::to_string(features)}, {"blocks", std::to_string(blocks)}};
    result.scales = {scale};
    result.defaultRange = 1.0;
    // Some files say so by a key.
    const bool normalises = !layers.has("no_norm") && layers.assumed("norm", 1.0) != 0.0;
    if (normalises) {
        result.mean.assign(div2kMean.begin(), div2kMean.end());
    }
    // Three convolutions a block, one before and one behind them, and the upsampler's.
    result.receptiveField = {.global = false, .radius = 3 * blocks + 3, .evidence = "analytic"};
    result.cropping.multiple = 1;
    result.network = std::make_unique<Span>(layers, features, blocks, scale, normalises);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"span", matches, build};
}

}  // namespace lamscope::span
