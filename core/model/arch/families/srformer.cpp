// SPDX-License-Identifier: GPL-3.0-or-later
// SRFormer: Zhou et al., "SRFormer: Permuted Self-Attention for Single Image Super-Resolution", ICCV 2023.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "model/arch/convolutional_mlp.h"
#include "model/arch/restoration_transformer.h"
#include "model/arch/swin_block.h"
#include "model/arch/transformer_group.h"
#include "model/arch/window_attention.h"
#include "runtime/torch_headers.h"

namespace lamscope::srformer {

namespace {

constexpr const char* firstTable = "layers.0.residual_group.blocks.0.attn.relative_position_bias_table";
constexpr const char* firstPairs = "layers.0.residual_group.blocks.0.attn.kv.weight";

/// The side of the cells of pixels that become one key and one value.
constexpr std::int64_t cell = 2;

/// A map of an image, [rows, columns] -> [windows, pixels of a window].
torch::Tensor cutIntoWindows(const torch::Tensor& map, std::int64_t window) {
    return map.view({map.size(0) / window, window, map.size(1) / window, window})
        .permute({0, 2, 1, 3})
        .reshape({-1, window * window});
}

/// A number for each area of the shifted image that wrapping alone has brought next to another: along each axis, what
/// lies before the last window, and the two parts of that.
torch::Tensor areasOf(Extent image, std::int64_t window, std::int64_t shift, torch::Device device) {
    constexpr int bandsPerAxis = 3;
    const auto bands = [&](std::int64_t side) {
        const auto numbers = at::arange(side, torch::TensorOptions(torch::kLong).device(device));
        return numbers.ge(side - window).to(torch::kLong) + numbers.ge(side - shift).to(torch::kLong);
    };
    return bands(image.rows).unsqueeze(1) * bandsPerAxis + bands(image.columns);
}

/// Queries are the pixels of a window, keys and values its cells.
struct Geometry {
    std::int64_t shift;
    torch::Tensor positions;  ///< rows of the table of biases, [keys, queries]
    WindowTokens inPlace;
    WindowTokens shifted;

    Geometry(Extent image, std::int64_t window, torch::Device device)
        : shift(window / 2) {
        const auto cells = window / cell;
        const Extent coarse{image.rows / cell, image.columns / cell};
        const auto numbersOf = [&](Extent extent) {
            return at::arange(extent.area(), torch::TensorOptions(torch::kLong).device(device))
                .view({extent.rows, extent.columns});
        };
        // Of a pixel counts the cell that it lies in.
        const auto offsets = axisOffsets(cells, cells, device).repeat_interleave(cell, 0) + (cells - 1);
        positions = sumOverAxes(offsets * (2 * cells - 1), offsets).t().contiguous();
        inPlace.queries = cutIntoWindows(numbersOf(image), window);
        inPlace.keys = cutIntoWindows(numbersOf(coarse), cells);
        shifted.queries = cutIntoWindows(at::roll(numbersOf(image), {-shift, -shift}, {0, 1}), window);
        shifted.keys = inPlace.keys;  // the cells are those of the shifted image
        shifted.queryAreas = cutIntoWindows(areasOf(image, window, shift, device), window);
        // A cell across the border between two areas is one of the second.
        shifted.keyAreas = cutIntoWindows(areasOf(coarse, cells, (shift + 1) / cell, device), cells);
    }
};

/// Attention of the pixels of a window to its cells, whose keys and values are those of their pixels side by side, of a
/// fraction of the channels each.
struct PermutedAttention {
    Linear q;
    Linear kv;
    Linear proj;
    torch::Tensor table;

    PermutedAttention(LayerBuilder& layers, const std::string& prefix, std::int64_t features, std::int64_t window)
        : q(layers.linear(prefix + ".q", features, features))
        , kv(layers.linear(prefix + ".kv", features, 2 * features / (cell * cell)))
        , proj(layers.linear(prefix + ".proj", features, features)) {
        const auto key = prefix + ".relative_position_bias_table";
        const auto heads = layers.size(key, 1);
        const bool divides = features % (cell * cell) == 0 && heads > 0 && features % heads == 0;
        table = layers.tensor(key, {(window - 1) * (window - 1), divides ? heads : 0});
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& tokens, const Geometry& geometry, bool shifted) const {
        const auto images = tokens.size(0);
        const auto rows = tokens.size(1);
        const auto columns = tokens.size(2);
        const auto features = tokens.size(3);
        auto pairs = kv(tokens);
        if (shifted) {
            pairs = at::roll(pairs, {-geometry.shift, -geometry.shift}, {1, 2});
        }
        const auto cells = pairs.reshape({images, rows / cell, cell, columns / cell, cell, 2, -1})
                               .permute({0, 1, 3, 5, 2, 4, 6})
                               .reshape({images, rows * columns / (cell * cell), 2 * features});
        // Beside the pixels' queries lie the cells' keys and values, as many as there are.
        const auto fewer = rows * columns - cells.size(1);
        const auto all = at::cat({q(tokens).flatten(1, 2), at::constant_pad_nd(cells, {0, 0, 0, fewer})}, 2);
        return proj(attendInWindows(
            all.view({images, rows, columns, 3 * features}),
            {{shifted ? geometry.shifted : geometry.inPlace, positionBias(table, geometry.positions)}}));
    }
};

struct Block {
    LayerNorm norm1;
    PermutedAttention attention;
    LayerNorm norm2;
    ConvolutionalMlp mlp;
    bool shifted = false;

    Block(LayerBuilder& layers, const std::string& prefix, std::int64_t features, std::int64_t window, bool isShifted)
        : norm1(layers.layerNorm(prefix + ".norm1", features))
        , attention(layers, prefix + ".attn", features, window)
        , norm2(layers.layerNorm(prefix + ".norm2", features))
        , mlp(layers, prefix + ".mlp", features)
        , shifted(isShifted) {}

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x, const Geometry& geometry) const {
        const auto y = x + attention(norm1(x), geometry, shifted);
        return y + mlp(norm2(y));
    }
};

class SrFormer final : public RestorationTransformer {
public:
    SrFormer(LayerBuilder& layers, const std::vector<int>& depths, std::int64_t window)
        : RestorationTransformer(layers, "patch_embed.norm")
        , window_(window) {
        for (std::size_t l = 0; l < depths.size(); ++l) {
            const auto name = fmt::format("layers.{}", l);
            std::vector<Block> blocks;
            blocks.reserve(static_cast<std::size_t>(depths[l]));
            for (int d = 0; d < depths[l]; ++d) {
                blocks.emplace_back(layers, fmt::format("{}.residual_group.blocks.{}", name, d), features(), window,
                                    d % 2 == 1);
                mlpReach_ = std::max(mlpReach_, blocks.back().mlp.reach());
            }
            groups_.emplace_back(name, TransformerGroup(std::move(blocks), {layers, name + ".conv", features()}));
        }
    }

    [[nodiscard]] int mlpReach() const { return mlpReach_; }

private:
    [[nodiscard]] torch::Tensor body(torch::Tensor tokens) const override {
        const Geometry geometry({tokens.size(1), tokens.size(2)}, window_, tokens.device());
        for (const auto& group : groups_) {
            tokens = group(tokens, geometry);
        }
        return tokens;
    }

    std::int64_t window_;
    int mlpReach_ = 0;
    std::vector<NamedBlock<TransformerGroup<Block>>> groups_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has(firstTable) && layers.has(firstPairs);
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    // The table is one of a window's cells.
    const auto window = cell * std::max<std::int64_t>(windowOfTable(layers, firstTable), 1);
    const auto depths = depthsOfGroups(layers, "residual_group.blocks");
    layers.ignore([](const std::string& key) {
        return key.ends_with(".attn_mask") || key.ends_with(".aligned_relative_position_index");
    });
    auto network = std::make_unique<SrFormer>(layers, depths, window);
    const int mlpReach = network->mlpReach();
    auto result = describeTransformer(std::move(network), "SRFormer", layers, depths);
    result.hyperparameters.emplace_back("heads", std::to_string(layers.size(firstTable, 1)));
    result.hyperparameters.emplace_back("window", std::to_string(window));
    result.sizeMultiple = static_cast<int>(window);
    if (window % (2 * cell) != 0) {
        // Shifted by an odd number of pixels, the last pixels before the shifted image's seam share cells with the
        // first ones behind it, which see them.
        result.receptiveField = {.global = true,
                                 .radius = std::nullopt,
                                 .evidence = "analytic: shifted cells join opposite borders of the image"};
        return result;
    }
    const int groupEnd = layers.has("conv_after_body.weight") ? 1 : 2;
    result.receptiveField = {
        .global = false,
        .radius = reachOfWindows(depths, result.sizeMultiple, {.groupEnd = groupEnd, .inBlock = mlpReach}),
        .evidence = "analytic (upper bound)"};
    result.cropping.multiple = result.sizeMultiple;
    return result;
}

}  // namespace

Architecture architecture() {
    return {"srformer", matches, build};
}

}  // namespace lamscope::srformer
