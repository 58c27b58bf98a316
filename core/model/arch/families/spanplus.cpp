// SPDX-License-Identifier: GPL-3.0-or-later
// SPANPlus, of the packages neosr and traiNNer-redux: SPANs in a row, without normalisation and with Mish.
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "model/arch/architecture.h"
#include "model/arch/dysample.h"
#include "model/arch/span_blocks.h"
#include "runtime/torch_headers.h"

namespace lamscope::spanplus {

namespace {

/// What SPAN is without its tail. `inner` blocks lie between the first and the last.
struct SwiftAttentionBlocks {
    std::vector<SwiftAttentionBlock> blocks;
    ReparameterisedConvolution last;
    Convolution fuse;

    SwiftAttentionBlocks(LayerBuilder& layers, const std::string& prefix, std::int64_t features, int inner) {
        blocks.emplace_back(layers, prefix + ".block_1", features, at::mish);
        for (int i = 0; i < inner; ++i) {
            blocks.emplace_back(layers, fmt::format("{}.block_n.{}", prefix, i), features, at::mish);
        }
        blocks.emplace_back(layers, prefix + ".block_end", features, at::mish);
        last = ReparameterisedConvolution(layers, prefix + ".conv_2", features, features);
        fuse = layers.convolution(prefix + ".conv_cat", {.in = 4 * features, .out = features, .kernel = 1});
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        const auto first = blocks.front()(x).first;
        auto y = first;
        torch::Tensor inner;
        for (std::size_t i = 1; i < blocks.size(); ++i) {
            std::tie(y, inner) = blocks[i](y);
        }
        return fuse(at::cat({x, last(y), first, inner}, 1));
    }
};

struct Shape {
    std::int64_t features = 0;
    std::vector<int> innerBlocks;  ///< of each SPAN
    int scale = 1;
    bool samples = false;   ///< ends in a DySample
    bool enlarges = false;  ///< ends in a pixel shuffle; where it does neither, in a plain convolution
};

constexpr std::int64_t samplingGroups = 4;

Shape shapeOf(const LayerBuilder& layers) {
    Shape shape;
    shape.features = layers.size(ReparameterisedConvolution::weightKey(layers, "feats.0"), 0);
    for (int i = 1; i < layers.countAfter("feats."); ++i) {
        shape.innerBlocks.push_back(layers.countAfter(fmt::format("feats.{}.block_n.", i)));
    }
    shape.samples = layers.has("upsampler.offset.weight");
    shape.enlarges = layers.has("upsampler.0.weight");
    if (shape.samples) {
        const auto places = static_cast<double>(layers.size("upsampler.offset.weight", 0));
        const auto scale = std::llround(std::sqrt(places / (2.0 * samplingGroups)));
        shape.scale = static_cast<int>(std::clamp<long long>(scale, 1, 8));
    } else if (shape.enlarges) {
        shape.scale = scaleOfPixelShuffle(layers, "upsampler.0.weight");
    }
    return shape;
}

class SpanPlus final : public NativeNetwork {
public:
    SpanPlus(LayerBuilder& layers, const Shape& shape)
        : scale_(shape.scale)
        , first_(layers, "feats.0", 3, shape.features) {
        for (std::size_t i = 0; i < shape.innerBlocks.size(); ++i) {
            groups_.emplace_back(layers, fmt::format("feats.{}", i + 1), shape.features, shape.innerBlocks[i]);
        }
        if (shape.samples) {
            sample_.emplace(layers, "upsampler", shape.features,
                            shape.features % samplingGroups == 0 ? samplingGroups : 0, shape.scale);
        } else {
            last_ = layers.convolution(shape.enlarges ? "upsampler.0" : "upsampler",
                                       {.in = shape.features, .out = 3L * shape.scale * shape.scale});
        }
    }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        auto x = first_(lr);
        for (const auto& group : groups_) {
            x = group(x);
        }
        if (sample_) {
            return (*sample_)(x);
        }
        return makeTrunk(x, [this, x](const Crop& crop) { return at::pixel_shuffle(last_(crop(x)), scale_); });
    }

private:
    int scale_;
    ReparameterisedConvolution first_;
    std::vector<NamedBlock<SwiftAttentionBlocks>> groups_;
    std::optional<DySample> sample_;
    Convolution last_;
};

bool matches(const LayerBuilder& layers) {
    return ReparameterisedConvolution::isIn(layers, "feats.1.block_1.c1_r");
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto shape = shapeOf(layers);
    BuiltNetwork result;
    result.name = "SPANPlus";
    result.hyperparameters = {{"features", std::to_string(shape.features)},
                              {"inner blocks", fmt::format("{}", fmt::join(shape.innerBlocks, " "))},
                              {"upsampler", shape.samples ? "DySample" : (shape.enlarges ? "pixelshuffle" : "none")}};
    result.scales = {shape.scale};
    result.defaultRange = 1.0;
    // Three convolutions a block and one behind the blocks of each SPAN; one before all, and the tail.
    int radius = 1 + (shape.samples ? DySample::reach : 1);
    for (const int inner : shape.innerBlocks) {
        radius += 3 * (inner + 2) + 1;
    }
    result.receptiveField = {.global = false, .radius = radius, .evidence = "analytic"};
    result.cropping.multiple = 1;
    result.network = std::make_unique<SpanPlus>(layers, shape);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"spanplus", matches, build};
}

}  // namespace lamscope::spanplus
