// SPDX-License-Identifier: GPL-3.0-or-later
// Compact (SRVGGNetCompact): Wang et al., "Real-ESRGAN: Training Real-World Blind Super-Resolution with Pure Synthetic
// Data", ICCVW 2021. A plain row of convolutions that adds to the input enlarged by repeating pixels.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "runtime/torch_headers.h"

namespace lamscope::compact {

namespace {

std::string layerName(int i) {
    return fmt::format("body.{}", i);
}

/// A 3x3 convolution and its activation. Files without slopes do not tell the activation: a (leaky) ReLU of one slope.
struct ActivatedConvolution {
    Convolution convolution;
    std::optional<Prelu> prelu;
    double slope = 0.0;

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        auto y = convolution(x);
        return prelu ? (*prelu)(y) : leakyRelu(std::move(y), slope);
    }
};

class Compact final : public NativeNetwork {
public:
    /// `between` convolutions lie between the first and the last.
    Compact(LayerBuilder& layers, std::int64_t features, int between, int scale, std::optional<double> slope)
        : scale_(scale) {
        for (int i = 0; i <= between; ++i) {
            ActivatedConvolution layer;
            layer.convolution = layers.convolution(layerName(2 * i), {.in = i == 0 ? 3 : features, .out = features});
            if (slope) {
                layer.slope = *slope;
            } else {
                layer.prelu = layers.prelu(layerName(2 * i + 1), features);
            }
            body_.push_back(std::move(layer));
        }
        last_ = layers.convolution(layerName(2 * between + 2), {.in = features, .out = 3L * scale * scale});
    }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        auto x = lr;
        for (const auto& layer : body_) {
            x = layer(x);
        }
        return makeTrunk(x, [this, lr, x](const Crop& crop) {
            return at::pixel_shuffle(last_(crop(x)), scale_) + enlargeNearest(crop(lr), scale_);
        });
    }

private:
    int scale_;
    std::vector<ActivatedConvolution> body_;
    Convolution last_;
};

bool matches(const LayerBuilder& layers) {
    return layers.rank("body.0.weight") == 4 && layers.size("body.0.weight", 1) == 3 && layers.has("body.2.weight");
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto features = layers.size("body.0.weight", 0);
    int convolutions = 0;
    while (layers.rank(layerName(2 * convolutions) + ".weight") == 4) {
        ++convolutions;
    }
    const int between = std::max(convolutions - 2, 0);
    const int scale = scaleOfPixelShuffle(layers, layerName(2 * between + 2) + ".weight");
    const auto slope = layers.has("body.1.weight") ? std::nullopt : std::optional(layers.assumed("slope", 0.0));
    BuiltNetwork result;
    result.name = "Compact";
    result.hyperparameters = {{"features", std::to_string(features)},
                              {"convolutions", std::to_string(between)},
                              {"activation", slope ? "leaky ReLU" : "PReLU"}};
    result.scales = {scale};
    result.defaultRange = 1.0;
    result.receptiveField = {.global = false, .radius = between + 2, .evidence = "analytic"};
    result.cropping.multiple = 1;
    result.network = std::make_unique<Compact>(layers, features, between, scale, slope);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"compact", matches, build};
}

}  // namespace lamscope::compact
