// SPDX-License-Identifier: GPL-3.0-or-later
// MSRResNet: SRResNet without normalisation and with a bilinear skip, from BasicSR (Wang et al.) and its predecessors.
// At scale 1 it has no upsampling convolutions, and the skip is from the image itself.
#include <cmath>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "model/arch/residual_blocks.h"
#include "runtime/torch_headers.h"

namespace lamscope::msrresnet {

namespace {

/// Published under today's keys of BasicSR and under older ones.
struct KeyNames {
    std::string blocks;  ///< prefix of the block's number
    std::string fine;    ///< the convolution after the upsampling
};

KeyNames keyNames(const LayerBuilder& layers) {
    if (layers.has("recon_trunk.0.conv1.weight")) {
        return {"recon_trunk.", "HRconv"};
    }
    return {"body.", "conv_hr"};
}

/// x4 in two steps, x2 and x3 in one, x1 in none.
ShuffleUpsampler makeUpsampler(LayerBuilder& layers, const KeyNames& names, std::int64_t features) {
    ShuffleUpsampler upsampler;
    if (!layers.has("upconv1.weight") && layers.has(names.fine + ".weight")) {
        return upsampler;
    }
    const bool twice = layers.has("upconv2.weight");
    const int factor = !twice && features > 0 && layers.size("upconv1.weight", 0) == 9 * features ? 3 : 2;
    for (const char* prefix : {"upconv1", "upconv2"}) {
        upsampler.steps.push_back(
            {layers.convolution(prefix, {.in = features, .out = features * factor * factor}), factor});
        if (!twice) {
            break;
        }
    }
    return upsampler;
}

class MsrResNet final : public NativeNetwork {
public:
    MsrResNet(LayerBuilder& layers, const KeyNames& names, std::int64_t features, int blocks, double slope)
        : slope_(slope)
        , first_(layers.convolution("conv_first", {.in = 3, .out = features}))
        , upsampler_(makeUpsampler(layers, names, features))
        , fine_(layers.convolution(names.fine, {.in = features, .out = features}))
        , last_(layers.convolution("conv_last", {.in = features, .out = 3})) {
        for (int i = 0; i < blocks; ++i) {
            const auto name = names.blocks + std::to_string(i);
            blocks_.emplace_back(name, ResidualBlock(layers, name + ".conv1", name + ".conv2", features));
        }
    }

    [[nodiscard]] int scale() const { return upsampler_.scale(); }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        auto x = leakyRelu(first_(lr), slope_);
        for (const auto& block : blocks_) {
            x = block(x);
        }
        return makeTrunk(x, [this, lr, x](const Crop& crop) {
            auto y = crop(x);
            for (const auto& [convolution, factor] : upsampler_.steps) {
                y = leakyRelu(at::pixel_shuffle(convolution(y), factor), slope_);
            }
            const auto skipped = scale() == 1 ? crop(lr) : enlargeBilinear(crop(lr), scale());
            return last_(leakyRelu(fine_(y), slope_)) + skipped;
        });
    }

private:
    double slope_;
    Convolution first_;
    std::vector<NamedBlock<ResidualBlock>> blocks_;
    ShuffleUpsampler upsampler_;
    Convolution fine_;
    Convolution last_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has("conv_first.weight")
           && (layers.has("upconv1.weight") || layers.has(keyNames(layers).fine + ".weight"))
           && (layers.has("body.0.conv1.weight") || layers.has("recon_trunk.0.conv1.weight"));
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto names = keyNames(layers);
    const auto features = layers.size("conv_first.weight", 0);
    const int blocks = layers.countAfter(names.blocks);
    auto network = std::make_unique<MsrResNet>(layers, names, features, blocks, layers.assumed("slope", 0.1));
    BuiltNetwork result;
    result.name = "MSRResNet";
    result.hyperparameters = {{"features", std::to_string(features)}, {"blocks", std::to_string(blocks)}};
    result.scales = {network->scale()};
    result.defaultRange = 1.0;
    // The first convolution, two a block, and the tail, which reaches as far as two on this grid.
    result.receptiveField = {.global = false, .radius = 2 * blocks + 3, .evidence = "analytic"};
    result.cropping.multiple = 1;
    result.network = std::move(network);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"msrresnet", matches, build};
}

}  // namespace lamscope::msrresnet
