// SPDX-License-Identifier: GPL-3.0-or-later
// FSRCNN: Dong et al., "Accelerating the Super-Resolution Convolutional Neural Network", ECCV 2016.
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "runtime/torch_headers.h"

namespace lamscope::fsrcnn {

namespace {

constexpr std::int64_t upsamplingKernel = 9;
constexpr std::int64_t upsamplingPadding = 4;

/// Prefixes of the layers, in order; a PReLU follows each but the last, under the next number.
struct KeyNames {
    std::string extract;
    std::string shrink;
    std::string map;  ///< with the number of the first
    int firstMap = 0;
    int maps = 0;
    std::string expand;
    std::string upsample;
};

KeyNames keyNames(const LayerBuilder& layers) {
    if (layers.has("feature_extraction.0.weight")) {
        return {.extract = "feature_extraction.0",
                .shrink = "shrink.0",
                .map = "map",
                .firstMap = 0,
                .maps = layers.countAfter("map.") / 2,
                .expand = "expand.0",
                .upsample = "deconv"};
    }
    const int maps = std::max(layers.countAfter("mid_part.") - 4, 0) / 2;
    return {.extract = "first_part.0",
            .shrink = "mid_part.0",
            .map = "mid_part",
            .firstMap = 2,
            .maps = maps,
            .expand = fmt::format("mid_part.{}", 2 + 2 * maps),
            .upsample = "last_part"};
}

/// The key of the PReLU behind a convolution: "map.2" -> "map.3".
std::string keyOfActivation(const std::string& convolution) {
    const auto dot = convolution.rfind('.') + 1;
    return convolution.substr(0, dot) + std::to_string(std::stoi(convolution.substr(dot)) + 1);
}

struct ActivatedConvolution {
    Convolution convolution;
    Prelu activation;

    ActivatedConvolution(LayerBuilder& layers, const std::string& prefix, const ConvolutionShape& shape)
        : convolution(layers.convolution(prefix, shape))
        , activation(layers.prelu(keyOfActivation(prefix), shape.out)) {}

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const { return activation(convolution(x)); }
};

struct Widths {
    std::int64_t colours = 1;
    std::int64_t features = 0;
    std::int64_t shrunk = 0;
};

class Fsrcnn final : public NativeNetwork {
public:
    Fsrcnn(LayerBuilder& layers, const KeyNames& names, const Widths& widths, int scale)
        : colours_(static_cast<int>(widths.colours)) {
        const auto& [colours, features, shrunk] = widths;
        convolutions_.emplace_back(layers, names.extract,
                                   ConvolutionShape{.in = colours, .out = features, .kernel = 5});
        convolutions_.emplace_back(layers, names.shrink, ConvolutionShape{.in = features, .out = shrunk, .kernel = 1});
        for (int i = 0; i < names.maps; ++i) {
            convolutions_.emplace_back(layers, fmt::format("{}.{}", names.map, names.firstMap + 2 * i),
                                       ConvolutionShape{.in = shrunk, .out = shrunk});
        }
        convolutions_.emplace_back(layers, names.expand, ConvolutionShape{.in = shrunk, .out = features, .kernel = 1});
        upsample_ = layers.transposedConvolution(names.upsample, {.in = features,
                                                                  .out = colours,
                                                                  .kernel = upsamplingKernel,
                                                                  .stride = scale,
                                                                  .padding = upsamplingPadding,
                                                                  .outputPadding = scale - 1});
    }

    [[nodiscard]] InputShape inputShape() const override { return {.channels = colours_}; }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        auto x = lr;
        for (const auto& convolution : convolutions_) {
            x = convolution(x);
        }
        return makeTrunk(x, [this, x](const Crop& crop) { return upsample_(crop(x)); });
    }

private:
    int colours_;
    std::vector<ActivatedConvolution> convolutions_;
    TransposedConvolution upsample_;
};

bool matches(const LayerBuilder& layers) {
    return (layers.has("first_part.0.weight") && layers.has("last_part.weight"))
           || (layers.has("feature_extraction.0.weight") && layers.has("deconv.weight"));
}

BuiltNetwork build(LayerBuilder& layers, int scale) {
    const auto names = keyNames(layers);
    const auto first = names.extract + ".weight";
    const Widths widths{.colours = layers.size(first, 1) == 3 ? 3 : 1,
                        .features = layers.size(first, 0),
                        .shrunk = layers.size(names.shrink + ".weight", 0)};
    BuiltNetwork result;
    result.name = "FSRCNN";
    result.hyperparameters = {{"features", std::to_string(widths.features)},
                              {"shrunk features", std::to_string(widths.shrunk)},
                              {"mapping layers", std::to_string(names.maps)}};
    result.scales = {4, 2, 3};
    result.scaleIsOpen = true;
    const int used = std::ranges::find(result.scales, scale) == result.scales.end() ? result.scales.front() : scale;
    result.defaultRange = 1.0;
    // A 5x5 convolution, the mapping layers, and what the last layer's 9x9 kernel spans on the LR grid.
    const int lastReach = (used - 1 + static_cast<int>(upsamplingPadding)) / used;
    result.receptiveField = {.global = false, .radius = 2 + names.maps + lastReach, .evidence = "analytic"};
    result.cropping.multiple = 1;
    result.network = std::make_unique<Fsrcnn>(layers, names, widths, used);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"fsrcnn", matches, build};
}

}  // namespace lamscope::fsrcnn
