// SPDX-License-Identifier: GPL-3.0-or-later
// SAFMN: Sun et al., "Spatially-Adaptive Feature Modulation for Efficient Image Super-Resolution", ICCV 2023.
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "model/arch/feature_modulation.h"
#include "runtime/torch_headers.h"

namespace lamscope::safmn {

namespace {

constexpr double epsilon = 1e-6;
constexpr int mostLevels = 8;

/// The channels in equal parts, each reduced twice as much as the one before it, so that a 3x3 convolution sees
/// further; what comes back modulates the input.
struct FeatureModulation {
    std::vector<Convolution> levels;
    Convolution aggregate;

    FeatureModulation(LayerBuilder& layers, const std::string& prefix, std::int64_t features, int count) {
        const auto part = std::max<std::int64_t>(features / count, 1);
        for (int i = 0; i < count; ++i) {
            levels.push_back(
                layers.convolution(fmt::format("{}.mfr.{}", prefix, i), {.in = part, .out = part, .groups = part}));
        }
        aggregate = layers.convolution(prefix + ".aggr", {.in = part * count, .out = features, .kernel = 1});
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        auto parts = x.chunk(static_cast<std::int64_t>(levels.size()), 1);
        parts[0] = levels[0](parts[0]);
        for (std::size_t i = 1; i < levels.size(); ++i) {
            const auto reduced = largestOfCells(parts[i], std::int64_t{1} << i);
            parts[i] = at::upsample_nearest2d(levels[i](reduced), {x.size(2), x.size(3)});
        }
        return at::gelu(aggregate(at::cat(parts, 1))) * x;
    }
};

struct ModulationBlock {
    LayerNorm norm1;
    LayerNorm norm2;
    FeatureModulation modulate;
    ChannelMixer mix;

    ModulationBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features, int levels)
        : norm1(layers.layerNorm(prefix + ".norm1", features, epsilon))
        , norm2(layers.layerNorm(prefix + ".norm2", features, epsilon))
        , modulate(layers, prefix + ".safm", features, levels)
        , mix(layers, prefix + ".ccm.ccm.0", prefix + ".ccm.ccm.2", features) {}

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        const auto y = x + modulate(normalisePixels(norm1, x));
        return y + mix(normalisePixels(norm2, y));
    }
};

class Safmn final : public NativeNetwork {
public:
    Safmn(LayerBuilder& layers, std::int64_t features, int blocks, int levels, int scale)
        : scale_(scale) {
        first_ = layers.convolution("to_feat", {.in = 3, .out = features});
        for (int i = 0; i < blocks; ++i) {
            blocks_.emplace_back(layers, fmt::format("feats.{}", i), features, levels);
        }
        upsampler_ = layers.convolution("to_img.0", {.in = features, .out = 3L * scale * scale});
    }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        const auto first = first_(lr);
        auto x = first;
        for (const auto& block : blocks_) {
            x = block(x);
        }
        x = x + first;
        return makeTrunk(x, [this, x](const Crop& crop) { return at::pixel_shuffle(upsampler_(crop(x)), scale_); });
    }

private:
    int scale_;
    Convolution first_;
    std::vector<NamedBlock<ModulationBlock>> blocks_;
    Convolution upsampler_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has("feats.0.safm.mfr.0.weight") && layers.has("feats.0.norm1.weight");
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto features = layers.size("to_feat.weight", 0);
    const int blocks = layers.countAfter("feats.");
    const int levels = std::clamp(layers.countAfter("feats.0.safm.mfr."), 1, mostLevels);
    const int scale = scaleOfPixelShuffle(layers, "to_img.0.weight");
    BuiltNetwork result;
    result.name = "SAFMN";
    result.hyperparameters = {
        {"features", std::to_string(features)}, {"blocks", std::to_string(blocks)}, {"levels", std::to_string(levels)}};
    result.scales = {scale};
    result.defaultRange = 1.0;
    const int coarsest = 1 << (levels - 1);
    result.minimumSide = coarsest;
    // A block sees its own cell of the coarsest level and both neighbours, and a 3x3 convolution follows.
    result.receptiveField = {.global = false,
                             .radius = blocks * 2 * coarsest + 2,
                             .evidence = fmt::format("analytic, for sides that are multiples of {}", coarsest)};
    result.cropping.multiple = coarsest;
    result.network = std::make_unique<Safmn>(layers, features, blocks, levels, scale);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"safmn", matches, build};
}

}  // namespace lamscope::safmn
