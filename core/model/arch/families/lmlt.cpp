// SPDX-License-Identifier: GPL-3.0-or-later
// LMLT: Kim et al., "LMLT: Low-to-high Multi-Level Vision Transformer for Image Super-Resolution", 2024.
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "model/arch/feature_modulation.h"
#include "model/arch/restoration_transformer.h"
#include "model/arch/window_attention.h"
#include "model/padded_network.h"
#include "runtime/torch_headers.h"

namespace lamscope::lmlt {

namespace {

constexpr double epsilon = 1e-6;
constexpr std::int64_t window = 8;
constexpr int mostLevels = 6;

/// Attention within windows, beside a convolution that does not see beyond them either.
struct LevelAttention {
    Linear qkv;
    Convolution ofValues;
    Linear proj;

    LevelAttention(LayerBuilder& layers, const std::string& prefix, std::int64_t features)
        : qkv(layers.linear(prefix + ".qkv", features, 3 * features))
        , ofValues(layers.convolution(prefix + ".get_v",
                                      {.in = features, .out = features, .groups = std::max<std::int64_t>(features, 1)}))
        , proj(layers.linear(prefix + ".proj", features, features)) {}

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x, const WindowedHeads& windows) const {
        const auto tokens = qkv(channelsLast(x));
        const auto values = tokens.narrow(3, 2 * x.size(1), x.size(1));
        return channelsFirst(proj(attendInWindows(tokens, {windows}) + convolvedInWindows(values)));
    }

private:
    /// Windows as images of their own, whose borders are padded by zeros.
    [[nodiscard]] torch::Tensor convolvedInWindows(const torch::Tensor& values) const {
        const auto images = values.size(0);
        const auto rows = values.size(1) / window;
        const auto columns = values.size(2) / window;
        const auto channels = values.size(3);
        const auto apart = values.reshape({images, rows, window, columns, window, channels})
                               .permute({0, 1, 3, 5, 2, 4})
                               .reshape({images * rows * columns, channels, window, window});
        return ofValues(apart)
            .reshape({images, rows, columns, channels, window, window})
            .permute({0, 1, 4, 2, 5, 3})
            .reshape(values.sizes());
    }
};

/// The channels in equal parts, each reduced twice as much as the one before it. What the attention gives at a coarse
/// level is added to the next finer one; all levels together modulate the input.
struct LowToHighAttention {
    std::vector<LevelAttention> levels;
    Convolution aggregate;

    LowToHighAttention(LayerBuilder& layers, const std::string& prefix, std::int64_t features, int count) {
        // A number of levels that does not divide the features fits no layer.
        const auto part = features % count == 0 ? features / count : 0;
        for (int i = 0; i < count; ++i) {
            levels.emplace_back(layers, fmt::format("{}.mfr.{}", prefix, i), part);
        }
        aggregate = layers.convolution(prefix + ".aggr", {.in = features, .out = features, .kernel = 1});
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x, const std::vector<WindowedHeads>& windows) const {
        const auto parts = x.chunk(static_cast<std::int64_t>(levels.size()), 1);
        std::vector<torch::Tensor> outputs;  // the coarsest first
        torch::Tensor coarser;
        for (auto i = levels.size(); i-- > 0;) {
            auto y = i == 0 ? parts[i] : largestOfCells(parts[i], std::int64_t{1} << i);
            if (coarser.defined()) {
                y = y + enlargeNearest(coarser, 2);
            }
            coarser = levels[i](y, windows[i]);
            outputs.push_back(i == 0 ? coarser : enlargeNearest(coarser, 1 << i));
        }
        return at::gelu(aggregate(at::cat(outputs, 1))) * x;
    }
};

struct TransformerBlock {
    LayerNorm norm1;
    LayerNorm norm2;
    LowToHighAttention attend;
    ChannelMixer mix;

    TransformerBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features, int levels)
        : norm1(layers.layerNorm(prefix + ".norm1", features, epsilon))
        , norm2(layers.layerNorm(prefix + ".norm2", features, epsilon))
        , attend(layers, prefix + ".lhsb", features, levels)
        , mix(layers, prefix + ".ccm.ccm.0", prefix + ".ccm.ccm.2", features) {}

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x, const std::vector<WindowedHeads>& windows) const {
        const auto y = x + attend(normalisePixels(norm1, x), windows);
        return y + mix(normalisePixels(norm2, y));
    }
};

class Lmlt final : public NativeNetwork {
public:
    Lmlt(LayerBuilder& layers, std::int64_t features, int blocks, int levels, int scale)
        : levels_(levels)
        , scale_(scale)
        , first_(layers.convolution("to_feat", {.in = 3, .out = features}))
        , upsampler_(layers.convolution("to_img.0", {.in = features, .out = 3L * scale * scale})) {
        for (int i = 0; i < blocks; ++i) {
            blocks_.emplace_back(layers, fmt::format("feats.{}", i), features, levels);
        }
    }

    /// What the sides of an image are padded to.
    [[nodiscard]] static int multipleOf(int levels) { return static_cast<int>(window) << (levels - 1); }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        const auto multiple = std::int64_t{multipleOf(levels_)};
        const auto missing = [&](std::int64_t side) { return (multiple - side % multiple) % multiple; };
        const auto first = first_(at::reflection_pad2d(lr, {0, missing(lr.size(3)), 0, missing(lr.size(2))}));
        const auto windows = windowsOf(first);
        auto x = first;
        for (const auto& block : blocks_) {
            x = block(x, windows);
        }
        // The upsampler's convolution sees zeros around the image, not what was padded.
        x = cropTo(x + first, {0, 0, static_cast<int>(lr.size(3)), static_cast<int>(lr.size(2))});
        return makeTrunk(x, [this, x](const Crop& crop) { return at::pixel_shuffle(upsampler_(crop(x)), scale_); });
    }

private:
    /// The windows of each level, of one head without a bias.
    [[nodiscard]] std::vector<WindowedHeads> windowsOf(const torch::Tensor& features) const {
        const auto noBias = at::zeros({(2 * window - 1) * (2 * window - 1), 1}, features.options());
        std::vector<WindowedHeads> windows;
        for (int i = 0; i < levels_; ++i) {
            const WindowGrid grid({features.size(2) >> i, features.size(3) >> i}, {window, window}, features.device());
            windows.push_back(grid.heads(noBias, /*shifted=*/false));
        }
        return windows;
    }

    int levels_;
    int scale_;
    Convolution first_;
    std::vector<NamedBlock<TransformerBlock>> blocks_;
    Convolution upsampler_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has("feats.0.lhsb.mfr.0.qkv.weight");
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto features = layers.size("to_feat.weight", 0);
    const int blocks = layers.countAfter("feats.");
    const int levels = std::clamp(layers.countAfter("feats.0.lhsb.mfr."), 1, mostLevels);
    const int scale = scaleOfPixelShuffle(layers, "to_img.0.weight");
    const int multiple = Lmlt::multipleOf(levels);
    BuiltNetwork result;
    result.name = "LMLT";
    result.hyperparameters = {{"features", std::to_string(features)},
                              {"blocks", std::to_string(blocks)},
                              {"levels", std::to_string(levels)},
                              {"hidden features", std::to_string(layers.size("feats.0.ccm.ccm.0.weight", 0))}};
    result.scales = {scale};
    result.defaultRange = 1.0;
    result.minimumSide = smallestPaddedSide(multiple);
    // The convolution of each block steps into the next of the coarsest windows, which its attention sees to their end.
    // The upsampler's convolution and the first one add a pixel each.
    result.receptiveField = {.global = false,
                             .radius = multiple * blocks + 2,
                             .evidence = fmt::format("analytic, for sides that are multiples of {}", multiple)};
    result.cropping.multiple = multiple;
    result.network = std::make_unique<Lmlt>(layers, features, blocks, levels, scale);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"lmlt", matches, build};
}

}  // namespace lamscope::lmlt
