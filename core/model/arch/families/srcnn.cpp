// SPDX-License-Identifier: GPL-3.0-or-later
// SRCNN: Dong et al., "Learning a Deep Convolutional Network for Image Super-Resolution", ECCV 2014. The network
// refines a bicubic enlargement, which is part of the graph here: its attribution lies on the LR grid.
#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "model/arch/architecture.h"
#include "model/bicubic_network.h"
#include "runtime/torch_headers.h"

namespace lamscope::srcnn {

namespace {

/// Extraction, mapping, reconstruction.
using KeyNames = std::array<std::string, 3>;

KeyNames keyNames(const LayerBuilder& layers) {
    if (layers.has("reconstruction.weight")) {
        return {"features.0", "map.0", "reconstruction"};
    }
    return {"conv1", "conv2", "conv3"};
}

/// The convolutions' shapes as found; what makes no SRCNN becomes a shape that the file does not have.
std::array<ConvolutionShape, 3> shapesOf(const LayerBuilder& layers, const KeyNames& names) {
    const std::int64_t colours = layers.size(names[0] + ".weight", 1) == 3 ? 3 : 1;
    std::array<ConvolutionShape, 3> shapes;
    auto in = colours;
    for (std::size_t i = 0; i < shapes.size(); ++i) {
        const auto key = names[i] + ".weight";
        const auto kernel = layers.size(key, 2) | 1;  // odd, or the size would change
        const auto out = i + 1 < shapes.size() ? layers.size(key, 0) : colours;
        shapes[i] = {.in = in, .out = out, .kernel = kernel};
        in = out;
    }
    return shapes;
}

/// How far the convolutions look, in SR pixels.
int reachOf(const std::array<ConvolutionShape, 3>& shapes) {
    std::int64_t reach = 0;
    for (const auto& shape : shapes) {
        reach += (shape.kernel - 1) / 2;
    }
    return static_cast<int>(reach);
}

/// The same in LR pixels, with the bicubic kernel, which spans less than two of them to either side.
int lrReach(int reach, int scale) {
    if (scale == 1) {
        return reach;
    }
    // The furthest SR pixel lies (scale − 1 + 2·reach) / (2·scale) from the centre of the parent: rounded up.
    return (scale - 1 + 2 * reach + 2 * scale - 1) / (2 * scale) + 1;
}

class Srcnn final : public NativeNetwork {
public:
    Srcnn(LayerBuilder& layers, const KeyNames& names, const std::array<ConvolutionShape, 3>& shapes, int scale)
        : scale_(scale)
        , reach_(reachOf(shapes))
        , colours_(static_cast<int>(shapes.front().in))
        , enlarge_(makeBicubicNetwork(scale)) {
        for (std::size_t i = 0; i < shapes.size(); ++i) {
            convolutions_[i] = layers.convolution(names[i], shapes[i]);
        }
    }

    [[nodiscard]] InputShape inputShape() const override { return {.channels = colours_}; }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        const auto enlarged = enlarge_->forward(lr);
        const auto refine = [this, enlarged](const Crop& crop) {
            const auto& [extract, map, reconstruct] = convolutions_;
            return reconstruct(relu(map(relu(extract(crop(enlarged))))));
        };
        return makeTrunk(enlarged, refine, {.finer = scale_, .reach = reach_});
    }

    void to(torch::Device device, torch::ScalarType type) override {
        NativeNetwork::to(device, type);
        enlarge_->to(device, type);
    }

private:
    int scale_;
    int reach_;
    int colours_;
    std::unique_ptr<Network> enlarge_;
    std::array<Convolution, 3> convolutions_;
};

bool matches(const LayerBuilder& layers) {
    return (layers.size("conv1.weight", 2) == 9 && layers.has("conv3.weight"))
           || (layers.has("features.0.weight") && layers.has("map.0.weight") && layers.has("reconstruction.weight"));
}

BuiltNetwork build(LayerBuilder& layers, int scale) {
    const auto names = keyNames(layers);
    const auto shapes = shapesOf(layers, names);
    const auto& [extract, map, reconstruct] = shapes;
    BuiltNetwork result;
    result.name = "SRCNN";
    result.hyperparameters = {{"kernels", fmt::format("{}-{}-{}", extract.kernel, map.kernel, reconstruct.kernel)},
                              {"features", fmt::format("{}-{}", extract.out, map.out)}};
    result.scales = {4, 2, 3};
    if (scale != 0) {  // any will do: the weights work on the enlarged image
        std::erase(result.scales, scale);
        result.scales.insert(result.scales.begin(), scale);
    }
    result.scaleIsOpen = true;
    const int used = result.scales.front();
    result.defaultRange = 1.0;
    result.receptiveField = {.global = false, .radius = lrReach(reachOf(shapes), used), .evidence = "analytic"};
    result.cropping.multiple = 1;
    result.network = std::make_unique<Srcnn>(layers, names, shapes, used);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"srcnn", matches, build};
}

}  // namespace lamscope::srcnn
