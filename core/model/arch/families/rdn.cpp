// SPDX-License-Identifier: GPL-3.0-or-later
// RDN: Zhang et al., "Residual Dense Network for Image Super-Resolution", CVPR 2018.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "model/arch/residual_blocks.h"
#include "runtime/torch_headers.h"

namespace lamscope::rdn {

namespace {

/// Published under the keys of EDSR's framework, and under those of yjn870 and torchSR.
struct KeyNames {
    std::string first;
    std::string second;
    std::string blocks;  ///< prefix of the block's number
    std::string layers;  ///< prefix of the layer's number within a block
    std::string layer;   ///< the convolution within a layer
    std::string blockFusion;
    std::string fusion;
    std::string upsampler;
    std::string last;  ///< empty: it follows the upsampler's convolutions under the next number
};

KeyNames keyNames(const LayerBuilder& layers) {
    if (layers.has("sfe1.weight")) {
        return {"sfe1", "sfe2", "rdbs.", ".layers.", ".conv", ".lff", "gff", "upscale", "output"};
    }
    return {"SFENet1", "SFENet2", "RDBs.", ".convs.", ".conv.0", ".LFF", "GFF", "UPNet", ""};
}

struct Sizes {
    std::int64_t features = 0;
    int blocks = 0;
    int layersPerBlock = 0;
    std::int64_t growth = 0;
};

Sizes sizesOf(const LayerBuilder& layers, const KeyNames& names) {
    return {.features = layers.size(names.first + ".weight", 0),
            .blocks = layers.countAfter(names.blocks),
            .layersPerBlock = layers.countAfter(names.blocks + "0" + names.layers),
            .growth = layers.size(names.blocks + "0" + names.layers + "0" + names.layer + ".weight", 0)};
}

struct DenseBlock {
    std::vector<Convolution> convolutions;
    Convolution fuse;

    DenseBlock(LayerBuilder& layers, const std::string& prefix, const KeyNames& names, const Sizes& sizes) {
        auto width = sizes.features;
        for (int c = 0; c < sizes.layersPerBlock; ++c) {
            convolutions.push_back(layers.convolution(prefix + names.layers + std::to_string(c) + names.layer,
                                                      {.in = width, .out = sizes.growth}));
            width += sizes.growth;
        }
        fuse = layers.convolution(prefix + names.blockFusion, {.in = width, .out = sizes.features, .kernel = 1});
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        auto seen = x;
        for (const auto& convolution : convolutions) {
            seen = at::cat({seen, relu(convolution(seen))}, 1);
        }
        return fuse(seen) + x;
    }
};

/// The upsampling convolutions and the last one. Their width is that of the layers' growth, which nothing ties to the
/// number of features: the next convolution tells how many channels a shuffle leaves.
EdsrTail makeTail(LayerBuilder& layers, const KeyNames& names, std::int64_t features) {
    constexpr int largestScale = 8;
    std::vector<std::string> prefixes;
    for (int i = 0; layers.has(fmt::format("{}.{}.weight", names.upsampler, i)); i += 2) {
        prefixes.push_back(fmt::format("{}.{}", names.upsampler, i));
    }
    if (!names.last.empty()) {
        prefixes.push_back(names.last);
    } else if (prefixes.empty()) {
        prefixes.push_back(names.upsampler + ".0");
    }
    EdsrTail tail;
    auto width = features;
    for (std::size_t i = 0; i + 1 < prefixes.size(); ++i) {
        const auto next = layers.size(prefixes[i + 1] + ".weight", 1);
        const auto ratio = static_cast<double>(layers.size(prefixes[i] + ".weight", 0))
                           / static_cast<double>(std::max<std::int64_t>(next, 1));
        const int largest = largestScale / tail.upsampler.scale();
        const int factor = static_cast<int>(std::clamp<double>(std::round(std::sqrt(ratio)), 1.0, largest));
        tail.upsampler.steps.push_back(
            {layers.convolution(prefixes[i], {.in = width, .out = next * factor * factor}), factor});
        width = next;
    }
    tail.last = layers.convolution(prefixes.back(), {.in = width, .out = 3});
    return tail;
}

class Rdn final : public NativeNetwork {
public:
    Rdn(LayerBuilder& layers, const KeyNames& names, const Sizes& sizes)
        : first_(layers.convolution(names.first, {.in = 3, .out = sizes.features}))
        , second_(layers.convolution(names.second, {.in = sizes.features, .out = sizes.features}))
        , fusion_({layers.convolution(names.fusion + ".0",
                                      {.in = sizes.blocks * sizes.features, .out = sizes.features, .kernel = 1}),
                   layers.convolution(names.fusion + ".1", {.in = sizes.features, .out = sizes.features})})
        , tail_(makeTail(layers, names, sizes.features)) {
        for (int d = 0; d < sizes.blocks; ++d) {
            blocks_.emplace_back(layers, names.blocks + std::to_string(d), names, sizes);
        }
    }

    [[nodiscard]] int scale() const { return tail_.upsampler.scale(); }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        const auto first = first_(lr);
        auto x = second_(first);
        std::vector<torch::Tensor> outputs;
        for (const auto& block : blocks_) {
            x = block(x);
            outputs.push_back(x);
        }
        return tail_(applyChain(fusion_, at::cat(outputs, 1)) + first);
    }

private:
    Convolution first_;
    Convolution second_;
    std::vector<NamedBlock<DenseBlock>> blocks_;
    std::vector<Convolution> fusion_;
    EdsrTail tail_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has("SFENet1.weight") || layers.has("sfe1.weight");
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto names = keyNames(layers);
    const auto sizes = sizesOf(layers, names);
    auto network = std::make_unique<Rdn>(layers, names, sizes);
    BuiltNetwork result;
    result.name = "RDN";
    result.hyperparameters = {{"features", std::to_string(sizes.features)},
                              {"blocks", std::to_string(sizes.blocks)},
                              {"layers per block", std::to_string(sizes.layersPerBlock)},
                              {"growth", std::to_string(sizes.growth)}};
    result.scales = {network->scale()};
    // EDSR's framework works on [0, 255], the others on [0, 1]; none subtracts a mean.
    result.defaultRange = names.last.empty() ? 255.0 : 1.0;
    // The first two convolutions, all layers, the fusion's 3x3, and the tail, which reaches as far as two on this grid.
    result.receptiveField = {
        .global = false, .radius = sizes.blocks * sizes.layersPerBlock + 5, .evidence = "analytic"};
    result.cropping.multiple = 1;
    result.network = std::move(network);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"rdn", matches, build};
}

}  // namespace lamscope::rdn
