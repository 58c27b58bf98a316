// SPDX-License-Identifier: GPL-3.0-or-later
// DAT: Chen et al., "Dual Aggregation Transformer for Image Super-Resolution", ICCV 2023.
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "model/arch/batch_norm.h"
#include "model/arch/channel_self_attention.h"
#include "model/arch/convolutional_mlp.h"
#include "model/arch/gated_mlp.h"
#include "model/arch/rectangular_windows.h"
#include "model/arch/restoration_transformer.h"
#include "model/arch/transformer_group.h"
#include "runtime/torch_headers.h"

namespace lamscope::dat {

namespace {

constexpr const char* firstOffsets = "layers.0.blocks.0.attn.attns.0.rpe_biases";
constexpr const char* firstHeads = "layers.0.blocks.0.attn.attns.0.pos.pos3.2.weight";

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

struct BlockShape {
    std::int64_t features = 0;
    std::int64_t heads = 0;
    bool spatial = false;
    bool shifted = false;
};

struct Block {
    LayerNorm norm1;
    Linear qkv;
    std::optional<RectangularAttention> spatial;
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
        , convolution(depthwiseConvolution(layers, prefix + ".attn.dwconv.0", shape.features))
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

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x, const RectangularWindows::Geometry& geometry) const {
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

class Dat final : public RestorationTransformer {
public:
    Dat(LayerBuilder& layers, const std::vector<int>& depths, std::int64_t heads, Extent split)
        : RestorationTransformer(layers, "before_RG.1")
        , windows_(layers, split) {
        for (std::size_t l = 0; l < depths.size(); ++l) {
            const auto name = fmt::format("layers.{}", l);
            std::vector<Block> blocks;
            blocks.reserve(static_cast<std::size_t>(depths[l]));
            for (int b = 0; b < depths[l]; ++b) {
                blocks.emplace_back(layers, fmt::format("{}.blocks.{}", name, b),
                                    BlockShape{features(), heads, b % 2 == 0, hasShiftedRectangles(l, b)});
            }
            groups_.emplace_back(name, TransformerGroup(std::move(blocks), {layers, name + ".conv", features()}));
        }
    }

private:
    [[nodiscard]] torch::Tensor body(torch::Tensor tokens) const override {
        const auto geometry = windows_.on({tokens.size(1), tokens.size(2)}, tokens.device());
        for (const auto& group : groups_) {
            tokens = group(tokens, geometry);
        }
        return tokens;
    }

    RectangularWindows windows_;
    std::vector<NamedBlock<TransformerGroup<Block>>> groups_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has(firstOffsets);
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto features = layers.size("conv_first.weight", 0);
    const auto heads = headsOfPositions(layers, firstHeads, features);
    const auto split = splitOfOffsets(layers, firstOffsets);
    const auto depths = depthsOfGroups(layers, "blocks");
    layers.ignore([](const std::string& key) {
        return key.ends_with(".attn_mask_0") || key.ends_with(".attn_mask_1") || key.ends_with(".rpe_biases")
               || key.ends_with(".relative_position_index") || key.ends_with(".num_batches_tracked");
    });
    auto result = describeTransformer(std::make_unique<Dat>(layers, depths, heads, split), "DAT", layers, depths);
    result.hyperparameters.emplace_back("heads", std::to_string(heads));
    result.hyperparameters.emplace_back("split", fmt::format("{}x{}", split.rows, split.columns));
    result.receptiveField = {
        .global = true, .radius = std::nullopt, .evidence = "analytic: channel attention spans the image"};
    return result;
}

}  // namespace

Architecture architecture() {
    return {"dat", matches, build};
}

}  // namespace lamscope::dat
