// SPDX-License-Identifier: GPL-3.0-or-later
// SPANF3, of the package traiNNer-redux: SPAN with ReLUs, whose attention has a convolution, on the grid of the image
// or on a coarser one.
#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "model/arch/span_blocks.h"
#include "runtime/torch_headers.h"

namespace lamscope::spanf3 {

namespace {

/// Three convolutions with ReLUs between them; a 1x1 convolution and a hyperbolic tangent make the attention.
struct ConvolvedAttentionBlock {
    std::string name;
    ReparameterisedConvolution c1;
    ReparameterisedConvolution c2;
    ReparameterisedConvolution c3;
    Convolution attention;

    ConvolvedAttentionBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features)
        : name(prefix)
        , c1(layers, prefix + ".c1_r", features, features)
        , c2(layers, prefix + ".c2_r", features, features)
        , c3(layers, prefix + ".c3_r", features, features)
        , attention(layers.convolution(prefix + ".att_conv", {.in = features, .out = features, .kernel = 1})) {}

    /// The block's output, and that of its first ReLU.
    [[nodiscard]] std::pair<torch::Tensor, torch::Tensor> operator()(const torch::Tensor& x) const {
        const auto first = relu(c1(x));
        const auto residual = c3(relu(c2(first)));
        const auto y = (x + residual) * at::tanh(attention(residual));
        reportFeatures(Tap::Kind::Block, name, x, y);
        return {y, first};
    }
};

struct Shape {
    std::int64_t features = 0;
    int blocks = 1;
    int unshuffle = 1;
    int enlargement = 1;  ///< of the network's own grid
    std::string first;
};

Shape shapeOf(const LayerBuilder& layers) {
    Shape shape;
    const bool isCoarse = ReparameterisedConvolution::isIn(layers, "conv_1.1");
    shape.first = isCoarse ? "conv_1.1" : "conv_1";
    const auto key = ReparameterisedConvolution::weightKey(layers, shape.first);
    shape.features = layers.size(key, 0);
    shape.blocks = std::max(layers.countAfter("block_") - 1, 1);
    shape.enlargement = scaleOfPixelShuffle(layers, ReparameterisedConvolution::weightKey(layers, "to_pixel"));
    if (isCoarse) {
        const auto folded = std::lround(std::sqrt(static_cast<double>(layers.size(key, 1)) / 3.0));
        shape.unshuffle = folded > 0 && shape.enlargement % folded == 0 ? static_cast<int>(folded) : 1;
    }
    return shape;
}

class Spanf3 final : public NativeNetwork {
public:
    Spanf3(LayerBuilder& layers, const Shape& shape)
        : unshuffle_(shape.unshuffle)
        , enlargement_(shape.enlargement)
        , first_(layers, shape.first, 3L * shape.unshuffle * shape.unshuffle, shape.features) {
        for (int i = 1; i <= shape.blocks; ++i) {
            blocks_.emplace_back(layers, fmt::format("block_{}", i), shape.features);
        }
        fuse_ = layers.convolution("conv_cat", {.in = 4 * shape.features, .out = shape.features, .kernel = 1});
        last_ =
            ReparameterisedConvolution(layers, "to_pixel", shape.features, 3L * shape.enlargement * shape.enlargement);
    }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        const auto first = first_(unshuffle_ == 1 ? lr : at::pixel_unshuffle(lr, unshuffle_));
        auto x = first;
        torch::Tensor firstOutput;
        torch::Tensor inner;
        for (const auto& block : blocks_) {
            std::tie(x, inner) = block(x);
            if (!firstOutput.defined()) {
                firstOutput = x;
            }
        }
        x = fuse_(at::cat({first, x, firstOutput, inner}, 1));
        const auto tail = [this, x](const Crop& crop) { return at::pixel_shuffle(last_(crop(x)), enlargement_); };
        return makeTrunk(x, tail, {.coarser = unshuffle_});
    }

private:
    int unshuffle_;
    int enlargement_;
    ReparameterisedConvolution first_;
    std::vector<ConvolvedAttentionBlock> blocks_;
    Convolution fuse_;
    ReparameterisedConvolution last_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has("block_1.att_conv.weight");
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto shape = shapeOf(layers);
    BuiltNetwork result;
    result.name = "SPANF3";
    result.hyperparameters = {{"features", std::to_string(shape.features)}, {"blocks", std::to_string(shape.blocks)}};
    if (shape.unshuffle > 1) {
        result.hyperparameters.emplace_back("pixel unshuffle", std::to_string(shape.unshuffle));
    }
    result.scales = {shape.enlargement / shape.unshuffle};
    result.sizeMultiple = shape.unshuffle;
    result.defaultRange = 1.0;
    // Three convolutions a block, one before and one behind them; then the LR pixels of a coarse one.
    const int coarse = 3 * shape.blocks + 2;
    result.receptiveField = {
        .global = false, .radius = shape.unshuffle * coarse + shape.unshuffle - 1, .evidence = "analytic"};
    result.cropping.multiple = shape.unshuffle;
    result.network = std::make_unique<Spanf3>(layers, shape);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"spanf3", matches, build};
}

}  // namespace lamscope::spanf3
