// SPDX-License-Identifier: GPL-3.0-or-later
// What became of SAFMN in the NTIRE challenges on efficient super-resolution: SAFMN++ (Ren et al., CVPRW 2024, team 23)
// and SAFMNv3 (CVPRW 2025, team 19).
#include <algorithm>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "model/arch/feature_modulation.h"
#include "runtime/torch_headers.h"

namespace lamscope::safmnpp {

namespace {

/// Side of the cells whose largest values stand for what is further away.
constexpr int cell = 8;

/// One 3x3 convolution for all features, whose first part is modulated (SAFMN++), or one for each part (SAFMNv3).
class SplitConvolution {
public:
    struct Parts {
        torch::Tensor modulated;
        torch::Tensor other;
    };

    SplitConvolution(LayerBuilder& layers, const std::string& prefix, std::int64_t features, std::int64_t modulated)
        : modulated_(modulated)
        , others_(features - modulated) {
        const auto convolution = [&](const char* name, std::int64_t out) {
            return layers.convolution(prefix + name, {.in = features, .out = out, .bias = false});
        };
        if (layers.has(prefix + ".proj.weight")) {
            first_ = convolution(".proj", features);
        } else {
            first_ = convolution(".conv1", modulated);
            second_ = convolution(".conv2", others_);
        }
    }

    [[nodiscard]] Parts operator()(const torch::Tensor& x) const {
        const auto y = first_(x);
        if (second_) {
            return {y, (*second_)(x)};
        }
        return {y.narrow(1, 0, modulated_), y.narrow(1, modulated_, others_)};
    }

private:
    std::int64_t modulated_;
    std::int64_t others_;
    Convolution first_;
    std::optional<Convolution> second_;
};

/// Some of the features are modulated by a coarse picture of themselves.
struct PartialModulation {
    std::int64_t modulated;
    SplitConvolution split;
    Convolution ofCells;
    std::optional<Convolution> withVariance;  ///< SAFMNv3
    Convolution merge;

    PartialModulation(LayerBuilder& layers, const std::string& prefix, std::int64_t features)
        : modulated(std::min(layers.size(prefix + ".dwconv.weight", 0), features))
        , split(layers, prefix, features, modulated) {
        ofCells = layers.convolution(
            prefix + ".dwconv",
            {.in = modulated, .out = modulated, .groups = std::max<std::int64_t>(modulated, 1), .bias = false});
        const auto pointwise = [&](const char* name, std::int64_t width) {
            return layers.convolution(prefix + name, {.in = width, .out = width, .kernel = 1, .bias = false});
        };
        if (layers.has(prefix + ".conv3.weight")) {
            withVariance = pointwise(".conv3", modulated);
        }
        merge = pointwise(".out", features);
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        const auto [near, rest] = split(x);
        auto coarse = ofCells(largestOfCells(near, cell));
        if (withVariance) {
            coarse = (*withVariance)(coarse + sampleVariance(near));
        }
        const auto far = at::gelu(resizeBilinear(coarse, x.size(2), x.size(3))) * near;
        return merge(at::gelu(at::cat({rest, far}, 1)));
    }
};

struct ModulationBlock {
    PartialModulation modulate;
    ChannelMixer mix;

    ModulationBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features, std::int64_t mixerKernel)
        : modulate(layers, prefix + ".conv1", features)
        , mix(layers, prefix + ".conv2.conv1", prefix + ".conv2.conv2", features, mixerKernel, /*bias=*/false) {}

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const { return mix(modulate(x)) + x; }
};

class ChallengeSafmn final : public NativeNetwork {
public:
    ChallengeSafmn(LayerBuilder& layers, std::int64_t features, int blocks, std::int64_t mixerKernel, int scale)
        : scale_(scale) {
        first_ = layers.convolution("to_feat", {.in = 3, .out = features, .bias = false});
        for (int i = 0; i < blocks; ++i) {
            blocks_.emplace_back(layers, fmt::format("feats.{}", i), features, mixerKernel);
        }
        upsampler_ = layers.convolution("to_img.0", {.in = features, .out = 3L * scale * scale, .bias = false});
    }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        auto x = first_(lr);
        for (const auto& block : blocks_) {
            x = block(x);
        }
        return makeTrunk(x, [this, lr, x](const Crop& crop) {
            return at::pixel_shuffle(upsampler_(crop(x)), scale_) + enlargeBilinear(crop(lr), scale_);
        });
    }

private:
    int scale_;
    Convolution first_;
    std::vector<NamedBlock<ModulationBlock>> blocks_;
    Convolution upsampler_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has("feats.0.conv1.dwconv.weight")
           && (layers.has("feats.0.conv1.proj.weight") || layers.has("feats.0.conv1.conv3.weight"));
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto features = layers.size("to_feat.weight", 0);
    const int blocks = layers.countAfter("feats.");
    const int scale = scaleOfPixelShuffle(layers, "to_img.0.weight");
    const bool seesVariance = layers.has("feats.0.conv1.conv3.weight");
    BuiltNetwork result;
    result.name = seesVariance ? "SAFMNv3" : "SAFMN++";
    result.hyperparameters = {{"features", std::to_string(features)},
                              {"blocks", std::to_string(blocks)},
                              {"modulated features", std::to_string(layers.size("feats.0.conv1.dwconv.weight", 0))},
                              {"hidden features", std::to_string(layers.size("feats.0.conv2.conv1.weight", 0))}};
    result.scales = {scale};
    result.defaultRange = 1.0;
    result.minimumSide = cell;
    if (seesVariance) {
        result.receptiveField = {
            .global = true, .radius = std::nullopt, .evidence = "analytic: variances over the image"};
    } else {
        // Through the cells, a pixel in the left half of its own sees two to the left, one in the right half one. The
        // convolutions from block to block lead from the first pixel of a cell into the right half of the one before.
        // So each block adds two cells, the place of the pixel that is looked from up to half a cell less one pixel,
        // and the convolutions at both ends four pixels.
        result.receptiveField = {.global = false,
                                 .radius = 2 * cell * blocks + cell / 2 + 3,
                                 .evidence = fmt::format("analytic, for sides that are multiples of {}", cell)};
        result.cropping.multiple = cell;
    }
    result.network = std::make_unique<ChallengeSafmn>(layers, features, blocks, seesVariance ? 1 : 3, scale);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"safmnpp", matches, build};
}

}  // namespace lamscope::safmnpp
