// SPDX-License-Identifier: GPL-3.0-or-later
// RGT: Chen et al., "Recursive Generalization Transformer for Image Super-Resolution", ICLR 2024.
#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/error.h"
#include "model/arch/architecture.h"
#include "model/arch/attention.h"
#include "model/arch/convolutional_mlp.h"
#include "model/arch/gated_mlp.h"
#include "model/arch/rectangular_windows.h"
#include "model/arch/restoration_transformer.h"
#include "model/arch/transformer_group.h"
#include "runtime/torch_headers.h"

namespace lamscope::rgt {

namespace {

constexpr const char* firstOffsets = "layers.0.blocks.0.attn.attns.0.rpe_biases";
constexpr const char* firstHeads = "layers.0.blocks.0.attn.attns.0.pos.pos3.2.weight";
constexpr const char* firstReduction = "layers.0.blocks.1.attn.reduction1.weight";
/// What two reductions make of it is one pixel.
constexpr int smallestSide = 16;

/// What all blocks share in the evaluation of one image.
struct Geometry {
    RectangularWindows::Geometry windows;
    int reductions = 0;
};

/// Attention within windows, and a convolution of the values beside it.
struct LocalAttention {
    Linear qkv;
    RectangularAttention attention;
    Convolution convolution;
    Linear proj;

    LocalAttention(LayerBuilder& layers, const std::string& prefix, std::int64_t features, std::int64_t heads,
                   bool shifted)
        : qkv(layers.linear(prefix + ".qkv", features, 3 * features))
        , attention(layers, prefix, heads, shifted)
        , convolution(depthwiseConvolution(layers, prefix + ".get_v", features))
        , proj(layers.linear(prefix + ".proj", features, features)) {}

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x, const Geometry& geometry) const {
        const auto features = x.size(3);
        const auto queriesKeysValues = qkv(x);
        const auto values = channelsFirst(queriesKeysValues.narrow(3, 2 * features, features));
        return proj(attention(queriesKeysValues, geometry.windows) + channelsLast(convolution(values)));
    }
};

/// Attention of all pixels to a small map of the image, which one convolution makes by being applied again and again.
struct GlobalAttention {
    std::int64_t heads;
    Convolution reduction;
    Convolution depthwise;
    Convolution mix;
    LayerNorm norm;
    Linear query;
    Linear key;
    Linear value;
    Convolution position;
    Linear proj;

    GlobalAttention(LayerBuilder& layers, const std::string& prefix, std::int64_t features, std::int64_t itsHeads)
        : heads(std::max<std::int64_t>(itsHeads, 1))
        , reduction(layers.convolution(prefix + ".reduction1", {.in = features,
                                                                .out = features,
                                                                .kernel = 4,
                                                                .stride = 4,
                                                                .padding = 0,
                                                                .groups = std::max<std::int64_t>(features, 1)}))
        , depthwise(depthwiseConvolution(layers, prefix + ".dwconv", features)) {
        auto reduced = layers.size(prefix + ".conv.weight", 0);
        if (reduced % heads != 0) {
            reduced = heads;  // fits no file
        }
        mix = layers.convolution(prefix + ".conv", {.in = features, .out = reduced, .kernel = 1});
        norm = layers.layerNorm(prefix + ".norm_act.0", reduced);
        query = layers.linear(prefix + ".q", features, reduced);
        key = layers.linear(prefix + ".k", reduced, reduced);
        value = layers.linear(prefix + ".v", reduced, features);
        position = depthwiseConvolution(layers, prefix + ".cpe", features);
        proj = layers.linear(prefix + ".proj", features, features);
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x, const Geometry& geometry) const {
        auto map = channelsFirst(x);
        for (int i = 0; i < geometry.reductions; ++i) {
            map = reduction(map);
        }
        const auto tokens = at::gelu(norm(channelsLast(mix(depthwise(map)))));
        const auto plain = value(tokens);
        const auto values = plain + channelsLast(position(channelsFirst(plain)));
        const auto inRow = [](const torch::Tensor& y) { return y.flatten(1, 2); };
        return proj(attendByHeads(inRow(query(x)), inRow(key(tokens)), inRow(values), heads).reshape(x.sizes()));
    }
};

struct Block {
    LayerNorm norm1;
    std::variant<LocalAttention, GlobalAttention> attention;
    LayerNorm norm2;
    GatedMlp mlp;
    torch::Tensor skip;  ///< [features]

    Block(LayerBuilder& layers, const std::string& prefix, std::int64_t features,
          std::variant<LocalAttention, GlobalAttention> itsAttention)
        : norm1(layers.layerNorm(prefix + ".norm1", features))
        , attention(std::move(itsAttention))
        , norm2(layers.layerNorm(prefix + ".norm2", features))
        , mlp(layers, prefix + ".mlp", features)
        , skip(layers.tensor(prefix + ".gamma", {features})) {}

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x, const Geometry& geometry) const {
        const auto normed = norm1(x);
        const auto y = x + std::visit([&](const auto& kind) { return kind(normed, geometry); }, attention);
        return y + mlp(norm2(y)) + x * skip;
    }
};

/// At least two, more for sides of 1024 pixels and above: then the map has 16 to 63 pixels along the longer side.
int reductionsOf(Extent image) {
    constexpr int factor = 4;
    int count = 2;
    std::int64_t needed = smallestSide;
    const auto longer = std::max(image.rows, image.columns);
    while (longer / needed >= smallestSide * factor) {
        needed *= factor;
        ++count;
    }
    if (std::min(image.rows, image.columns) < needed) {
        throw Error(
            ErrorCode::InvalidArgument,
            fmt::format("RGT reduces an image with a side of {} pixels {} times by {}, which the other side of {} "
                        "pixels does not bear: it takes images whose shorter side has at least {} pixels there",
                        longer, count, factor, std::min(image.rows, image.columns), needed));
    }
    return count;
}

class Rgt final : public RestorationTransformer {
public:
    Rgt(LayerBuilder& layers, const std::vector<int>& depths, std::int64_t heads, Extent split)
        : RestorationTransformer(layers, "before_RG.1")
        , windows_(layers, split) {
        for (std::size_t l = 0; l < depths.size(); ++l) {
            const auto name = fmt::format("layers.{}", l);
            std::vector<Block> blocks;
            blocks.reserve(static_cast<std::size_t>(depths[l]));
            for (int b = 0; b < depths[l]; ++b) {
                const auto prefix = fmt::format("{}.blocks.{}", name, b);
                if (b % 2 == 0) {
                    const bool shifted = hasShiftedRectangles(l, b);
                    blocks.emplace_back(layers, prefix, features(),
                                        LocalAttention(layers, prefix + ".attn", features(), heads, shifted));
                } else {
                    blocks.emplace_back(layers, prefix, features(),
                                        GlobalAttention(layers, prefix + ".attn", features(), heads));
                }
            }
            groups_.emplace_back(name, TransformerGroup(std::move(blocks), {layers, name + ".conv", features()}));
        }
    }

private:
    [[nodiscard]] torch::Tensor body(torch::Tensor tokens) const override {
        const Extent image{tokens.size(1), tokens.size(2)};
        const Geometry geometry{windows_.on(image, tokens.device()), reductionsOf(image)};
        for (const auto& group : groups_) {
            tokens = group(tokens, geometry);
        }
        return tokens;
    }

    RectangularWindows windows_;
    std::vector<NamedBlock<TransformerGroup<Block>>> groups_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has(firstReduction);
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto features = layers.size("conv_first.weight", 0);
    const auto heads = headsOfPositions(layers, firstHeads, features);
    const auto split = splitOfOffsets(layers, firstOffsets);
    const auto depths = depthsOfGroups(layers, "blocks");
    layers.ignore([](const std::string& key) {
        return key.ends_with(".attn_mask_0") || key.ends_with(".attn_mask_1") || key.ends_with(".rpe_biases")
               || key.ends_with(".relative_position_index");
    });
    auto result = describeTransformer(std::make_unique<Rgt>(layers, depths, heads, split), "RGT", layers, depths);
    const auto reduced = layers.size("layers.0.blocks.1.attn.conv.weight", 0);
    result.hyperparameters.emplace_back("heads", std::to_string(heads));
    result.hyperparameters.emplace_back("split", fmt::format("{}x{}", split.rows, split.columns));
    result.hyperparameters.emplace_back("reduced features", std::to_string(reduced));
    result.minimumSide = smallestSide;
    result.receptiveField = {
        .global = true, .radius = std::nullopt, .evidence = "analytic: attention to a map of the whole image"};
    return result;
}

}  // namespace

Architecture architecture() {
    return {"rgt", matches, build};
}

}  // namespace lamscope::rgt
