// SPDX-License-Identifier: GPL-3.0-or-later
// The plain network of Xie et al., "Finding Discriminative Filters for Specific Degradations in Blind
// Super-Resolution", NeurIPS 2021: nine convolutions in a row, without any skip.
#include <array>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "runtime/torch_headers.h"

namespace lamscope::srcnnstyle {

namespace {

/// On the LR grid, before the convolution that the pixel shuffle follows.
constexpr std::array lrLayers{0, 2, 4, 6, 8, 10};
constexpr auto upsampler = "features.12";
constexpr auto fine = "features.15";
constexpr auto last = "features.17";

std::string layerName(int i) {
    return fmt::format("features.{}", i);
}

int scaleOf(const LayerBuilder& layers) {
    const auto wide = layers.size(fmt::format("{}.weight", upsampler), 0);
    const auto narrow = layers.size(fmt::format("{}.weight", fine), 1);
    int scale = 1;
    while (narrow > 0 && scale < 8 && narrow * scale * scale < wide) {
        ++scale;
    }
    return scale;
}

class SrcnnStyle final : public NativeNetwork {
public:
    SrcnnStyle(LayerBuilder& layers, int scale, double slope)
        : scale_(scale)
        , slope_(slope) {
        std::int64_t in = 3;
        for (std::size_t i = 0; i < lrLayers.size(); ++i) {
            const auto out = layers.size(layerName(lrLayers[i]) + ".weight", 0);
            row_[i] = layers.convolution(layerName(lrLayers[i]), {.in = in, .out = out});
            in = out;
        }
        const auto narrow = layers.size(fmt::format("{}.weight", fine), 1);
        const auto out = layers.size(fmt::format("{}.weight", fine), 0);
        upsampler_ = layers.convolution(upsampler, {.in = in, .out = narrow * scale * scale});
        fine_ = layers.convolution(fine, {.in = narrow, .out = out});
        last_ = layers.convolution(last, {.in = out, .out = 3});
    }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        auto x = lr;
        for (const auto& convolution : row_) {
            x = leakyRelu(convolution(x), slope_);
        }
        return makeTrunk(x,
                         [this, x](const Crop& crop) {
                             auto y = leakyRelu(at::pixel_shuffle(upsampler_(crop(x)), scale_), slope_);
                             return last_(leakyRelu(fine_(y), slope_));
                         },
                         {.reach = tailReachLr(scale_)});
    }

    /// The upsampler's convolution, and two on the SR grid.
    static int tailReachLr(int scale) { return scale == 1 ? 3 : 2; }

private:
    int scale_;
    double slope_;
    std::array<Convolution, lrLayers.size()> row_;
    Convolution upsampler_;
    Convolution fine_;
    Convolution last_;
};

bool matches(const LayerBuilder& layers) {
    return layers.rank("features.0.weight") == 4 && layers.has("features.12.weight") && layers.has("features.15.weight")
           && layers.has("features.17.weight");
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const int scale = scaleOf(layers);
    BuiltNetwork result;
    result.name = "SRCNN-style";
    result.hyperparameters = {
        {"features", fmt::format("{}-{}-{}", layers.size("features.0.weight", 0), layers.size("features.2.weight", 0),
                                 layers.size("features.15.weight", 1))}};
    result.scales = {scale};
    result.defaultRange = 1.0;
    result.receptiveField = {.global = false,
                             .radius = static_cast<int>(lrLayers.size()) + SrcnnStyle::tailReachLr(scale),
                             .evidence = "analytic"};
    result.cropping.multiple = 1;
    result.network = std::make_unique<SrcnnStyle>(layers, scale, layers.assumed("slope", 0.1));
    return result;
}

}  // namespace

Architecture architecture() {
    return {"srcnnstyle", matches, build};
}

}  // namespace lamscope::srcnnstyle
