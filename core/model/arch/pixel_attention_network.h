// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "runtime/torch_headers.h"

namespace lamscope {

/// Enlarges by nearest neighbours; then a convolution, a gate for every pixel of every channel, and a convolution.
struct PixelAttentionStage {
    Convolution up;
    Convolution attention;
    Convolution refine;

    PixelAttentionStage(LayerBuilder& layers, int number, std::int64_t in, std::int64_t width)
        : up(layers.convolution(fmt::format("upconv{}", number), {.in = in, .out = width}))
        , attention(layers.convolution(fmt::format("att{}.conv", number), {.in = width, .out = width, .kernel = 1}))
        , refine(layers.convolution(fmt::format("HRconv{}", number), {.in = width, .out = width})) {}

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x, int factor, double slope) const {
        const auto y = up(enlargeNearest(x, factor));
        return leakyRelu(refine(leakyRelu(y * at::sigmoid(attention(y)), slope)), slope);
    }
};

/// What PAN and A2N have in common: a row of blocks with a skip round it, one enlargement by 2 or 3 or two by 2, and
/// the bilinear enlargement of the input.
/// @tparam Block  is made of the builder, its prefix, the number of features, and the slope of leaky ReLUs.
template <typename Block>
class PixelAttentionNetwork final : public NativeNetwork {
public:
    PixelAttentionNetwork(LayerBuilder& layers, const std::string& trunk, int stages, int scale)
        : scale_(scale)
        , factor_(stages == 2 ? 2 : scale)
        , slope_(layers.assumed("slope", 0.2)) {
        const auto features = layers.size("conv_first.weight", 0);
        first_ = layers.convolution("conv_first", {.in = 3, .out = features});
        const int blocks = layers.countAfter(trunk);
        for (int i = 0; i < blocks; ++i) {
            blocks_.emplace_back(layers, trunk + std::to_string(i), features, slope_);
        }
        trunk_ = layers.convolution("trunk_conv", {.in = features, .out = features});
        const auto width = layers.size("upconv1.weight", 0);
        for (int n = 1; n <= stages; ++n) {
            stages_.emplace_back(layers, n, n == 1 ? features : width, width);
        }
        last_ = layers.convolution("conv_last", {.in = width, .out = 3});
    }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        const auto first = first_(lr);
        auto x = first;
        for (const auto& block : blocks_) {
            x = block(x);
        }
        x = trunk_(x) + first;
        return makeTrunk(x, [this, lr, x](const Crop& crop) {
            auto y = crop(x);
            for (const auto& stage : stages_) {
                y = stage(y, factor_, slope_);
            }
            return last_(y) + enlargeBilinear(crop(lr), scale_);
        });
    }

private:
    int scale_;
    int factor_;
    double slope_;
    Convolution first_;
    std::vector<NamedBlock<Block>> blocks_;
    Convolution trunk_;
    std::vector<PixelAttentionStage> stages_;
    Convolution last_;
};

/// The network with what its shapes tell: files of two stages enlarge by 4, those of one by 2 or 3, which no shape
/// tells. `trunk` is the prefix of the blocks' numbers.
template <typename Block>
[[nodiscard]] BuiltNetwork makePixelAttentionNetwork(LayerBuilder& layers, std::string name, const std::string& trunk,
                                                     int scale) {
    const int stages = layers.has("upconv2.weight") ? 2 : 1;
    BuiltNetwork result;
    result.name = std::move(name);
    result.hyperparameters = {{"features", std::to_string(layers.size("conv_first.weight", 0))},
                              {"blocks", std::to_string(layers.countAfter(trunk))}};
    if (stages == 2) {
        result.scales = {4};
    } else {
        result.scales = {2, 3};
        result.scaleIsOpen = true;
    }
    const int used = stages == 2 ? 4 : (scale == 3 ? 3 : 2);
    result.network = std::make_unique<PixelAttentionNetwork<Block>>(layers, trunk, stages, used);
    return result;
}

}  // namespace lamscope
