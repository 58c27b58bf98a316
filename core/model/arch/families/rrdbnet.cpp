// SPDX-License-Identifier: GPL-3.0-or-later
// RRDBNet, the generator of ESRGAN: Wang et al., "ESRGAN: Enhanced Super-Resolution Generative Adversarial Networks",
// ECCVW 2018. ESRGAN+ has a further convolution in every dense block and is another network.
#include <array>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "runtime/torch_headers.h"

namespace lamscope::rrdbnet {

namespace {

constexpr int denseBlocks = 3;
constexpr int denseLayers = 5;
constexpr int mostSteps = 3;  // x8

/// Published under three sets of keys.
struct KeyNames {
    std::string first;
    std::string block;   ///< prefix of the block's number
    std::string dense;   ///< prefix of the dense block's number
    std::string suffix;  ///< behind "convK"
    std::string body;    ///< the convolution behind the blocks
    std::vector<std::string> up;
    std::string beforeLast;
    std::string last;
    int blocks = 0;
};

/// "conv_up1", "conv_up2", … as far as they are there.
std::vector<std::string> stepsOf(const LayerBuilder& layers, const std::string& prefix) {
    std::vector<std::string> steps;
    while (std::ssize(steps) < mostSteps) {
        auto name = prefix + std::to_string(steps.size() + 1);
        if (!layers.has(name + ".weight")) {
            break;
        }
        steps.push_back(std::move(name));
    }
    return steps;
}

/// The oldest files number all layers of the network in a row, activations and enlargements included.
KeyNames numberedNames(const LayerBuilder& layers) {
    KeyNames names;
    names.first = "model.0";
    names.block = "model.1.sub.";
    names.dense = "RDB";
    names.suffix = ".0";
    names.blocks = std::max(layers.countAfter(names.block) - 1, 0);
    names.body = names.block + std::to_string(names.blocks);
    int steps = 0;
    while (steps < mostSteps && !layers.has(fmt::format("model.{}.weight", 3 * steps + 4))) {
        ++steps;
    }
    for (int i = 1; i <= steps; ++i) {
        names.up.push_back(fmt::format("model.{}", 3 * i));
    }
    names.beforeLast = fmt::format("model.{}", 3 * steps + 2);
    names.last = fmt::format("model.{}", 3 * steps + 4);
    return names;
}

KeyNames keyNames(const LayerBuilder& layers) {
    if (layers.has("model.0.weight")) {
        return numberedNames(layers);
    }
    const bool isFirstRelease = layers.has("RRDB_trunk.0.RDB1.conv1.weight");
    KeyNames names;
    names.first = "conv_first";
    names.block = isFirstRelease ? "RRDB_trunk." : "body.";
    names.dense = isFirstRelease ? "RDB" : "rdb";
    names.body = isFirstRelease ? "trunk_conv" : "conv_body";
    names.up = stepsOf(layers, isFirstRelease ? "upconv" : "conv_up");
    names.beforeLast = isFirstRelease ? "HRconv" : "conv_hr";
    names.last = "conv_last";
    names.blocks = layers.countAfter(names.block);
    return names;
}

/// What the publication states and no shape tells.
struct Constants {
    double slope = 0.2;
    double residualScale = 0.2;
};

/// Five convolutions, each fed all that came before it.
struct DenseBlock {
    std::array<Convolution, denseLayers> convolutions;

    DenseBlock(LayerBuilder& layers, const std::string& prefix, const std::string& suffix, std::int64_t features,
               std::int64_t growth) {
        for (int k = 0; k < denseLayers; ++k) {
            convolutions[static_cast<std::size_t>(k)] =
                layers.convolution(fmt::format("{}.conv{}{}", prefix, k + 1, suffix),
                                   {.in = features + k * growth, .out = k + 1 < denseLayers ? growth : features});
        }
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x, const Constants& constants) const {
        auto seen = x;
        for (std::size_t k = 0; k + 1 < convolutions.size(); ++k) {
            seen = at::cat({seen, leakyRelu(convolutions[k](seen), constants.slope)}, 1);
        }
        return at::add(x, convolutions.back()(seen), constants.residualScale);
    }
};

/// Residual in residual: three dense blocks in a row, with a skip around them.
struct ResidualDenseGroup {
    std::vector<DenseBlock> blocks;

    ResidualDenseGroup(LayerBuilder& layers, const std::string& prefix, const KeyNames& names, std::int64_t features,
                       std::int64_t growth) {
        for (int m = 1; m <= denseBlocks; ++m) {
            blocks.emplace_back(layers, fmt::format("{}.{}{}", prefix, names.dense, m), names.suffix, features, growth);
        }
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x, const Constants& constants) const {
        auto y = x;
        for (const auto& block : blocks) {
            y = block(y, constants);
        }
        return at::add(x, y, constants.residualScale);
    }
};

struct Shape {
    std::int64_t features = 0;
    std::int64_t growth = 0;
    int unshuffle = 1;  ///< the input is folded by this factor first
    int scale = 1;
};

class RrdbNet final : public NativeNetwork {
public:
    RrdbNet(LayerBuilder& layers, const KeyNames& names, const Shape& shape, const Constants& constants)
        : shape_(shape)
        , constants_(constants) {
        const auto features = shape.features;
        first_ = layers.convolution(names.first, {.in = 3L * shape.unshuffle * shape.unshuffle, .out = features});
        for (int i = 0; i < names.blocks; ++i) {
            groups_.emplace_back(layers, names.block + std::to_string(i), names, features, shape.growth);
        }
        body_ = layers.convolution(names.body, {.in = features, .out = features});
        for (const auto& name : names.up) {
            up_.push_back(layers.convolution(name, {.in = features, .out = features}));
        }
        beforeLast_ = layers.convolution(names.beforeLast, {.in = features, .out = features});
        last_ = layers.convolution(names.last, {.in = features, .out = 3});
    }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        const auto first = first_(shape_.unshuffle == 1 ? lr : at::pixel_unshuffle(lr, shape_.unshuffle));
        auto x = first;
        for (const auto& group : groups_) {
            x = group(x, constants_);
        }
        x = body_(x) + first;
        const auto tail = [this, x](const Crop& crop) {
            auto y = crop(x);
            for (const auto& step : up_) {
                y = leakyRelu(step(enlargeNearest(y, 2)), constants_.slope);
            }
            return last_(leakyRelu(beforeLast_(y), constants_.slope));
        };
        return makeTrunk(x, tail, {.coarser = shape_.unshuffle});
    }

private:
    Shape shape_;
    Constants constants_;
    Convolution first_;
    std::vector<NamedBlock<ResidualDenseGroup>> groups_;
    Convolution body_;
    std::vector<Convolution> up_;
    Convolution beforeLast_;
    Convolution last_;
};

/// A head of 4 or 16 times the colours tells the folding, which undoes one or two of the enlargements.
int unshuffleOf(const LayerBuilder& layers, const KeyNames& names) {
    const auto in = layers.size(names.first + ".weight", 1);
    const int factor = in == 48 ? 4 : in == 12 ? 2 : 1;
    return factor <= 1 << names.up.size() ? factor : 1;
}

bool matches(const LayerBuilder& layers) {
    return layers.has("body.0.rdb1.conv1.weight") || layers.has("RRDB_trunk.0.RDB1.conv1.weight")
           || layers.has("model.1.sub.0.RDB1.conv1.0.weight");
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto names = keyNames(layers);
    Shape shape;
    shape.features = layers.size(names.first + ".weight", 0);
    shape.growth = layers.size(fmt::format("{}0.{}1.conv1{}.weight", names.block, names.dense, names.suffix), 0);
    shape.unshuffle = unshuffleOf(layers, names);
    shape.scale = (1 << names.up.size()) / shape.unshuffle;
    const Constants constants{.slope = layers.assumed("slope", 0.2),
                              .residualScale = layers.assumed("residual_scale", 0.2)};
    BuiltNetwork result;
    result.name = "RRDBNet";
    result.hyperparameters = {{"features", std::to_string(shape.features)},
                              {"blocks", std::to_string(names.blocks)},
                              {"growth", std::to_string(shape.growth)}};
    if (shape.unshuffle > 1) {
        result.hyperparameters.emplace_back("pixel unshuffle", std::to_string(shape.unshuffle));
    }
    result.scales = {shape.scale};
    result.sizeMultiple = shape.unshuffle;
    result.defaultRange = 1.0;
    // All 3x3 convolutions on the coarse grid, and what the tail adds; then the LR pixels of a coarse one.
    const int coarse = denseBlocks * denseLayers * names.blocks + 2 + tailReach;
    result.receptiveField = {
        .global = false, .radius = shape.unshuffle * coarse + shape.unshuffle - 1, .evidence = "analytic"};
    result.cropping.multiple = shape.unshuffle;
    result.network = std::make_unique<RrdbNet>(layers, names, shape, constants);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"rrdbnet", matches, build};
}

}  // namespace lamscope::rrdbnet
