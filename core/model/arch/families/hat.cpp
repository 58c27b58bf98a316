// SPDX-License-Identifier: GPL-3.0-or-later
// HAT: Chen et al., "Activating More Pixels in Image Super-Resolution Transformer", CVPR 2023.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "model/arch/restoration_transformer.h"
#include "model/arch/window_attention.h"
#include "runtime/torch_headers.h"

namespace lamscope::hat {

namespace {

constexpr const char* firstTable = "layers.0.residual_group.blocks.0.attn.relative_position_bias_table";
constexpr const char* firstOverlapTable = "layers.0.residual_group.overlap_attn.relative_position_bias_table";
constexpr const char* firstCompression = "layers.0.residual_group.blocks.0.conv_block.cab.0.weight";
constexpr const char* firstSqueeze = "layers.0.residual_group.blocks.0.conv_block.cab.3.attention.1.weight";

struct Shape {
    std::int64_t features = 0;
    std::int64_t window = 0;
    std::int64_t overlap = 0;  ///< side of the larger windows that keys and values of the overlapping attention are of
    double attentionScale = 0.0;
};

/// What all blocks share in the evaluation of one image.
struct Geometry {
    WindowGrid grid;
    WindowTokens overlapping;
    torch::Tensor overlapPositions;  ///< [key pixels, query pixels]
};

/// Windowed self-attention and, beside it, convolutions with channel attention.
struct HybridBlock {
    LayerNorm norm1;
    WindowAttention attention;
    Convolution compress;
    Convolution expand;
    ChannelAttention channelAttention;
    LayerNorm norm2;
    Mlp mlp;
    double attentionScale;
    bool shifted;

    HybridBlock(LayerBuilder& layers, const std::string& prefix, const Shape& shape, bool isShifted)
        : norm1(layers.layerNorm(prefix + ".norm1", shape.features))
        , attention(layers, prefix + ".attn", shape.features, (2 * shape.window - 1) * (2 * shape.window - 1))
        , norm2(layers.layerNorm(prefix + ".norm2", shape.features))
        , mlp(layers, prefix + ".mlp", shape.features)
        , attentionScale(shape.attentionScale)
        , shifted(isShifted) {
        const auto convolutions = prefix + ".conv_block.cab.";
        const auto compressed = layers.size(convolutions + "0.weight", 0);
        compress = layers.convolution(convolutions + "0", {.in = shape.features, .out = compressed});
        expand = layers.convolution(convolutions + "2", {.in = compressed, .out = shape.features});
        channelAttention =
            ChannelAttention(layers, convolutions + "3.attention.1", convolutions + "3.attention.3", shape.features);
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x, const Geometry& geometry) const {
        const auto normed = norm1(x);
        const auto convolved = channelsLast(channelAttention(expand(at::gelu(compress(channelsFirst(normed))))));
        const auto y = at::add(x + attention(normed, geometry.grid, shifted), convolved, attentionScale);
        return y + mlp(norm2(y));
    }
};

/// Attention of the pixels of each window to those of a larger one around it.
struct OverlappingBlock {
    LayerNorm norm1;
    WindowAttention attention;
    LayerNorm norm2;
    Mlp mlp;

    OverlappingBlock(LayerBuilder& layers, const std::string& prefix, const Shape& shape)
        : norm1(layers.layerNorm(prefix + ".norm1", shape.features))
        , attention(layers, prefix, shape.features,
                    (shape.window + shape.overlap - 1) * (shape.window + shape.overlap - 1))
        , norm2(layers.layerNorm(prefix + ".norm2", shape.features))
        , mlp(layers, prefix + ".mlp", shape.features) {}

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x, const Geometry& geometry) const {
        // Beyond the border keys and values are zero: they take part, with the biases of their positions.
        const auto attended =
            attendInWindows(attention.qkv(norm1(x)),
                            {{geometry.overlapping, positionBias(attention.table, geometry.overlapPositions)}});
        const auto y = attention.proj(attended) + x;
        return y + mlp(norm2(y));
    }
};

/// Rows of the overlapping attention's table. They count the offset of the key from the query; the negative numbers
/// that the authors' formula yields count from the table's end.
torch::Tensor overlapPositions(std::int64_t window, std::int64_t overlap, torch::Device device) {
    const auto side = window + overlap - 1;
    const auto numbers = (overlap - window - 1) + axisOffsets(window, overlap, device);
    return at::remainder(-sumOverAxes(numbers * side, numbers), side * side).t().contiguous();
}

struct Group {
    std::string name;
    std::vector<HybridBlock> blocks;
    OverlappingBlock overlapping;
    GroupConvolution last;
};

class Hat final : public RestorationTransformer {
public:
    Hat(LayerBuilder& layers, const std::vector<int>& depths, const Shape& shape)
        : RestorationTransformer(layers, "patch_embed.norm")
        , shape_(shape) {
        for (std::size_t l = 0; l < depths.size(); ++l) {
            const auto name = fmt::format("layers.{}", l);
            const auto prefix = name + ".residual_group.";
            std::vector<HybridBlock> blocks;
            blocks.reserve(static_cast<std::size_t>(depths[l]));
            for (int d = 0; d < depths[l]; ++d) {
                blocks.emplace_back(layers, fmt::format("{}blocks.{}", prefix, d), shape, d % 2 == 1);
            }
            groups_.push_back({name,
                               std::move(blocks),
                               {layers, prefix + "overlap_attn", shape},
                               {layers, name + ".conv", shape.features}});
        }
    }

private:
    [[nodiscard]] torch::Tensor body(torch::Tensor tokens) const override {
        const Extent image{tokens.size(1), tokens.size(2)};
        const Extent window{shape_.window, shape_.window};
        const Extent around{shape_.overlap, shape_.overlap};
        const Geometry geometry{WindowGrid(image, window, tokens.device()),
                                overlappingWindows(image, window, around, tokens.device()),
                                overlapPositions(shape_.window, shape_.overlap, tokens.device())};
        for (const auto& [name, blocks, overlapping, last] : groups_) {
            auto y = tokens;
            for (const auto& block : blocks) {
                y = block(y, geometry);
            }
            y = channelsLast(last(channelsFirst(overlapping(y, geometry)))) + tokens;
            reportFeatures(Tap::Kind::Block, name, tokens, y);
            tokens = y;
        }
        return tokens;
    }

    Shape shape_;
    std::vector<Group> groups_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has(firstOverlapTable) && layers.has(firstCompression);
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    Shape shape;
    shape.features = layers.size("conv_first.weight", 0);
    shape.window = windowOfTable(layers, firstTable);
    const auto overlapRows = static_cast<double>(std::min(layers.size(firstOverlapTable, 0), 8 * largestWindow));
    shape.overlap = std::max<std::int64_t>(std::llround(std::sqrt(overlapRows)) + 1 - shape.window, shape.window);
    shape.attentionScale = layers.assumed("attention_scale", 0.01);
    const auto depths = depthsOfGroups(layers, "residual_group.blocks");
    layers.ignore([](const std::string& key) {
        return key.starts_with("relative_position_index_") || key.ends_with(".attn_mask")
               || key.ends_with(".relative_position_index");
    });
    auto result = describeTransformer(std::make_unique<Hat>(layers, depths, shape), "HAT", layers, depths);
    const auto reduction = [&](const char* key) {
        return std::to_string(shape.features / std::max<std::int64_t>(layers.size(key, 0), 1));
    };
    result.hyperparameters.emplace_back("heads", std::to_string(layers.size(firstTable, 1)));
    result.hyperparameters.emplace_back("window", std::to_string(shape.window));
    result.hyperparameters.emplace_back("overlapping window", std::to_string(shape.overlap));
    result.hyperparameters.emplace_back("compression", reduction(firstCompression));
    result.hyperparameters.emplace_back("squeeze", reduction(firstSqueeze));
    result.sizeMultiple = static_cast<int>(std::max<std::int64_t>(shape.window, 1));
    result.receptiveField = {
        .global = true, .radius = std::nullopt, .evidence = "analytic: channel attention averages over the image"};
    return result;
}

}  // namespace

Architecture architecture() {
    return {"hat", matches, build};
}

}  // namespace lamscope::hat
