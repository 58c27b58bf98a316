// SPDX-License-Identifier: GPL-3.0-or-later
// DAT: Chen et al., "Dual Aggregation Transformer for Image Super-Resolution", ICCV 2023.
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "model/arch/channel_self_attention.h"
#include "model/arch/position_network.h"
#include "model/arch/restoration_transformer.h"
#include "model/arch/transformer_group.h"
#include "model/arch/window_attention.h"
#include "runtime/torch_headers.h"

namespace lamscope::dat {

namespace {

constexpr const char* firstOffsets = "layers.0.blocks.0.attn.attns.0.rpe_biases";
constexpr const char* firstHeads = "layers.0.blocks.0.attn.attns.0.pos.pos3.2.weight";
constexpr int branches = 2;

/// A batch normalisation with the stored statistics.
struct BatchNorm {
    torch::Tensor weight;
    torch::Tensor bias;
    torch::Tensor mean;
    torch::Tensor variance;

    BatchNorm(LayerBuilder& layers, const std::string& prefix, std::int64_t features)
        : weight(layers.tensor(prefix + ".weight", {features}))
        , bias(layers.tensor(prefix + ".bias", {features}))
        , mean(layers.buffer(prefix + ".running_mean", {features}))
        , variance(layers.buffer(prefix + ".running_var", {features})) {}

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        constexpr double epsilon = 1e-5;
        return at::batch_norm(x, weight, bias, mean, variance, /*training=*/false, /*momentum=*/0.0, epsilon,
                              /*cudnn_enabled=*/false);
    }
};

/// Windows lie across in one half of the channels and upright in the other.
struct Geometry {
    std::vector<WindowGrid> grids;
    std::vector<torch::Tensor> offsets;  ///< [offsets, 2], in the order of the grid's table
};

/// Self-attention of the pixels of a window.
struct SpatialAttention {
    std::vector<PositionNetwork> positions;
    bool shifted;

    SpatialAttention(LayerBuilder& layers, const std::string& prefix, std::int64_t heads, bool isShifted)
        : shifted(isShifted) {
        for (int i = 0; i < branches; ++i) {
            positions.emplace_back(layers, fmt::format("{}.attns.{}.pos", prefix, i), heads / branches);
        }
    }

    /// [n, h, w, 3·c] -> [n, h, w, c].
    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& qkv, const Geometry& geometry) const {
        std::vector<WindowedHeads> groups;
        for (std::size_t i = 0; i < branches; ++i) {
            groups.push_back(geometry.grids[i].heads(positions[i](geometry.offsets[i]), shifted));
        }
        return attendInWindows(qkv, groups);
    }
};

/// Self-attention of the channels, over all pixels of the image.
struct ChannelSelfAttention {
    torch::Tensor temperature;

    /// [n, h, w, 3·c] -> [n, h, w, c].
    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& qkv) const {
        const auto batch = qkv.size(0);
        const auto heads = temperature.size(0);
        const auto parts = qkv.reshape({batch, qkv.size(1) * qkv.size(2), 3, heads, -1}).permute({2, 0, 3, 4, 1});
        const auto attended = attendToChannels(parts[0], parts[1], parts[2], temperature);
        return channelsLast(attended.reshape({batch, -1, qkv.size(1), qkv.size(2)}));
    }
};

/// What joins attention and convolution: the pooled channels of one gate the other, and a map of the pixels of the
/// other gates the one.
struct Interaction {
    Convolution squeeze;
    BatchNorm channelNorm;
    Convolution excite;
    Convolution reduce;
    BatchNorm spatialNorm;
    Convolution toMap;

    Interaction(LayerBuilder& layers, const std::string& prefix, std::int64_t features)
        : Interaction(layers, prefix + ".channel_interaction", prefix + ".spatial_interaction", features,
                      layers.size(prefix + ".channel_interaction.1.weight", 0),
                      layers.size(prefix + ".spatial_interaction.0.weight", 0)) {}

    /// Images: `first` is gated by its partner's channels, `second` by its partner's pixels.
    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& first, const torch::Tensor& second) const {
        const auto pooled = second.mean({2, 3}, /*keepdim=*/true);
        const auto channels = excite(at::gelu(channelNorm(squeeze(pooled))));
        const auto pixels = toMap(at::gelu(spatialNorm(reduce(first))));
        return first * at::sigmoid(channels) + second * at::sigmoid(pixels);
    }

private:
    Interaction(LayerBuilder& layers, const std::string& channel, const std::string& spatial, std::int64_t features,
                std::int64_t squeezed, std::int64_t reduced)
        : squeeze(layers.convolution(channel + ".1", {.in = features, .out = squeezed, .kernel = 1}))
        , channelNorm(layers, channel + ".2", squeezed)
        , excite(layers.convolution(channel + ".4", {.in = squeezed, .out = features, .kernel = 1}))
        , reduce(layers.convolution(spatial + ".0", {.in = features, .out = reduced, .kernel = 1}))
        , spatialNorm(layers, spatial + ".1", reduced)
        , toMap(layers.convolution(spatial + ".3", {.in = reduced, .out = 1, .kernel = 1})) {}
};

Convolution depthwise(LayerBuilder& layers, const std::string& prefix, std::int64_t features) {
    return layers.convolution(prefix, {.in = features, .out = features, .groups = std::max<std::int64_t>(features, 1)});
}

/// An MLP in which one half of the hidden features gates the other, after a convolution.
struct GatedMlp {
    Linear fc1;
    LayerNorm norm;
    Convolution convolution;
    Linear fc2;

    GatedMlp(LayerBuilder& layers, const std::string& prefix, std::int64_t features) {
        const auto half = layers.size(prefix + ".fc1.weight", 0) / 2;
        fc1 = layers.linear(prefix + ".fc1", features, 2 * half);
        norm = layers.layerNorm(prefix + ".sg.norm", half);
        convolution = depthwise(layers, prefix + ".sg.conv", half);
        fc2 = layers.linear(prefix + ".fc2", half, features);
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        const auto halves = at::gelu(fc1(x)).chunk(2, -1);
        return fc2(halves[0] * channelsLast(convolution(channelsFirst(norm(halves[1])))));
    }
};

struct BlockShape {
    std::int64_t features = 0;
    std::int64_t heads = 0;
    bool spatial = false;
    bool shifted = false;
};

struct Block {
    LayerNorm norm1;
    Linear qkv;
    std::optional<SpatialAttention> spatial;
    ChannelSelfAttention channel;  ///< where `spatial` is not
    Convolution convolution;
    BatchNorm convolutionNorm;
    Interaction interaction;
    Linear proj;
    LayerNorm norm2;
    GatedMlp mlp;

    Block(LayerBuilder& layers, const std::string& prefix, const BlockShape& shape)
        : norm1(layers.layerNorm(prefix + ".norm1", shape.features))
        , qkv(layers.linear(prefix + ".attn.qkv", shape.features, 3 * shape.features))
        , convolution(depthwise(layers, prefix + ".attn.dwconv.0", shape.features))
        , convolutionNorm(layers, prefix + ".attn.dwconv.1", shape.features)
        , interaction(layers, prefix + ".attn", shape.features)
        , proj(layers.linear(prefix + ".attn.proj", shape.features, shape.features))
        , norm2(layers.layerNorm(prefix + ".norm2", shape.features))
        , mlp(layers, prefix + ".ffn", shape.features) {
        if (shape.spatial) {
            spatial.emplace(layers, prefix + ".attn", shape.heads, shape.shifted);
        } else {
            channel.temperature = layers.tensor(prefix + ".attn.temperature", {shape.heads, 1, 1});
        }
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x, const Geometry& geometry) const {
        const auto features = x.size(3);
        const auto queriesKeysValues = qkv(norm1(x));
        const auto values = channelsFirst(queriesKeysValues.narrow(3, 2 * features, features));
        const auto convolved = at::gelu(convolutionNorm(convolution(values)));
        const auto attended =
            channelsFirst(spatial ? (*spatial)(queriesKeysValues, geometry) : channel(queriesKeysValues));
        const auto joined = spatial ? interaction(attended, convolved) : interaction(convolved, attended);
        const auto y = x + proj(channelsLast(joined));
        return y + mlp(norm2(y));
    }
};

struct Shape {
    std::int64_t heads = 0;
    Extent split;
};

/// All offsets of the pixels of a window, row by row: (Δrow, Δcolumn).
torch::Tensor windowOffsets(LayerBuilder& layers, Extent window) {
    std::vector<float> values;
    for (auto row = 1 - window.rows; row < window.rows; ++row) {
        for (auto column = 1 - window.columns; column < window.columns; ++column) {
            values.push_back(static_cast<float>(row));
            values.push_back(static_cast<float>(column));
        }
    }
    return layers.constant(values, {-1, 2});
}

class Dat final : public RestorationTransformer {
public:
    Dat(LayerBuilder& layers, const std::vector<int>& depths, const Shape& shape)
        : RestorationTransformer(layers, "before_RG.1")
        , windows_{shape.split, {shape.split.columns, shape.split.rows}}
        , offsets_{windowOffsets(layers, windows_[0]), windowOffsets(layers, windows_[1])} {
        for (std::size_t l = 0; l < depths.size(); ++l) {
            const auto name = fmt::format("layers.{}", l);
            std::vector<Block> blocks;
            blocks.reserve(static_cast<std::size_t>(depths[l]));
            for (int b = 0; b < depths[l]; ++b) {
                // Every other spatial block is shifted, which one first alternates with the groups.
                const bool shifted = l % 2 == 0 ? b % 4 == 2 : b % 4 == 0;
                blocks.emplace_back(layers, fmt::format("{}.blocks.{}", name, b),
                                    BlockShape{features(), shape.heads, b % 2 == 0, shifted});
            }
            groups_.emplace_back(name, TransformerGroup(std::move(blocks), {layers, name + ".conv", features()}));
        }
    }

private:
    [[nodiscard]] torch::Tensor body(torch::Tensor tokens) const override {
        const auto multiple = std::max(windows_[0].rows, windows_[0].columns);
        const auto padded = [&](std::int64_t side) { return (side + multiple - 1) / multiple * multiple; };
        const Extent image{tokens.size(1), tokens.size(2)};
        Geometry geometry{{}, offsets_};
        for (const auto& window : windows_) {
            // Where a window is not shifted, the pixels of the padding take part in it.
            geometry.grids.emplace_back(image, Extent{padded(image.rows), padded(image.columns)}, window,
                                        tokens.device());
        }
        for (const auto& group : groups_) {
            tokens = group(tokens, geometry);
        }
        return tokens;
    }

    std::array<Extent, branches> windows_;
    std::vector<torch::Tensor> offsets_;
    std::vector<NamedBlock<TransformerGroup<Block>>> groups_;
};

/// The windows' sides, from the last of the offsets that a file lists; 1x1 where what it lists is no such row.
Extent splitOfOffsets(LayerBuilder& layers) {
    const auto values = layers.values(firstOffsets);
    const auto side = [&](std::size_t fromEnd) {
        const float last = fromEnd <= values.size() ? values[values.size() - fromEnd] : 0.0F;
        return last >= 0.0F && last < static_cast<float>(largestWindow) ? std::int64_t{std::lround(last)} + 1 : 1;
    };
    const Extent split{side(2), side(1)};
    const auto offsets = (2 * split.rows - 1) * (2 * split.columns - 1);
    const bool fits = split.area() <= largestWindow && offsets == layers.size(firstOffsets, 0);
    static_cast<void>(layers.buffer(firstOffsets, {fits ? offsets : 1, 2}));
    return fits ? split : Extent{1, 1};
}

bool matches(const LayerBuilder& layers) {
    return layers.has(firstOffsets);
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto features = layers.size("conv_first.weight", 0);
    Shape shape;
    shape.heads = branches * layers.size(firstHeads, 0);
    if (shape.heads > 0 && features % shape.heads != 0) {
        shape.heads = 0;  // fits no file
    }
    shape.split = splitOfOffsets(layers);
    const auto depths = depthsOfGroups(layers, "blocks");
    layers.ignore([](const std::string& key) {
        return key.ends_with(".attn_mask_0") || key.ends_with(".attn_mask_1") || key.ends_with(".rpe_biases")
               || key.ends_with(".relative_position_index") || key.ends_with(".num_batches_tracked");
    });
    auto result = describeTransformer(std::make_unique<Dat>(layers, depths, shape), "DAT", layers, depths);
    result.hyperparameters.emplace_back("heads", std::to_string(shape.heads));
    result.hyperparameters.emplace_back("split", fmt::format("{}x{}", shape.split.rows, shape.split.columns));
    result.receptiveField = {
        .global = true, .radius = std::nullopt, .evidence = "analytic: channel attention spans the image"};
    return result;
}

}  // namespace

Architecture architecture() {
    return {"dat", matches, build};
}

}  // namespace lamscope::dat
