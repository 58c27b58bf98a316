// SPDX-License-Identifier: GPL-3.0-or-later
// HiT-SR: Zhang et al., "HiT-SR: Hierarchical Transformer for Efficient Image Super-Resolution", ECCV 2024, in its
// three forms: HiT-SIR, HiT-SNG and HiT-SRF.
#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "model/arch/architecture.h"
#include "model/arch/convolutional_mlp.h"
#include "model/arch/position_network.h"
#include "model/arch/restoration_transformer.h"
#include "model/arch/swin_block.h"
#include "model/arch/transformer_group.h"
#include "model/arch/window_attention.h"
#include "runtime/torch_headers.h"

namespace lamscope::hitsr {

namespace {

constexpr const char* firstCell = "layers.0.residual_group.blocks.0.correlation.spatial_linear.weight";
constexpr const char* firstHeads = "layers.0.residual_group.blocks.0.correlation.pos.pos3.2.weight";
constexpr const char* firstConvolutionOfMlp = "layers.0.residual_group.blocks.0.mlp.dwconv.depthwise_conv.0.weight";
constexpr const char* unigramKey = ".correlation.ngram_window_partition.ngram_context.unigram_embed.weight";

enum class Form { Sir, Sng, Srf };

/// The windows of one block.
struct Window {
    std::int64_t side = 1;
    /// The side of the cells of pixels that become one value; 0 where a file's shapes fit no window.
    std::int64_t cell = 0;

    [[nodiscard]] std::int64_t cells() const { return cell > 0 ? side / cell : 0; }
};

struct BlockShape {
    Form form = Form::Sir;
    std::int64_t features = 0;
    Window window;
};

/// Continues an axis to a multiple by reflection, as often as it takes.
torch::Tensor mirrorTo(const torch::Tensor& x, std::int64_t dim, std::int64_t multiple) {
    const auto side = x.size(dim);
    const auto padded = (side + multiple - 1) / multiple * multiple;
    if (padded == side) {
        return x;
    }
    const auto numbers = at::arange(padded, torch::TensorOptions(torch::kLong).device(x.device()));
    return x.index_select(dim, (side - 1) - (at::remainder(numbers, 2 * (side - 1)) - (side - 1)).abs());
}

/// What a window learns from its neighbours: each is embedded as a token, and tokens of four adjacent windows attend to
/// one another, those after a window and those before it.
struct NgramContext {
    Convolution embed;  ///< of pairs of channels
    WindowAttention attention;
    Convolution merge;

    NgramContext(LayerBuilder& layers, const std::string& prefix, std::int64_t features, std::int64_t side)
        : embed(layers.convolution(prefix + ".unigram_embed",
                                   {.in = 2, .out = 1, .kernel = side, .stride = side, .padding = 0}))
        , attention(layers, prefix + ".ngram_attn", features / 2, offsetsOfPatch)
        , merge(layers.convolution(prefix + ".merge", {.in = features, .out = features, .kernel = 1})) {}

    /// [n, c, h, w] -> [n, c, h / side, w / side].
    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        const auto half = x.size(1) / 2;
        const auto pairs = embed(x.reshape({x.size(0) * half, 2, x.size(2), x.size(3)}));
        const auto tokens = pairs.view({x.size(0), half, pairs.size(2), pairs.size(3)});
        return merge(at::cat({attend(tokens, {0, 1, 0, 1}), attend(tokens, {1, 0, 1, 0})}, 1));
    }

private:
    static constexpr std::int64_t patch = 2;
    static constexpr std::int64_t offsetsOfPatch = (2 * patch - 1) * (2 * patch - 1);

    [[nodiscard]] torch::Tensor attend(const torch::Tensor& tokens, at::IntArrayRef padding) const {
        const auto images = tokens.size(0);
        const auto features = tokens.size(1);
        const auto patches =
            at::reflection_pad2d(tokens, padding).unfold(2, patch, 1).unfold(3, patch, 1).permute({0, 2, 3, 4, 5, 1});
        // The patches one below the other, as an image of which they are the windows.
        const Extent column{patch * tokens.size(2) * tokens.size(3), patch};
        const WindowGrid grid(column, {patch, patch}, tokens.device());
        const auto attended = attention(patches.reshape({images, column.rows, column.columns, features}), grid, false);
        return attended.view({images, tokens.size(2), tokens.size(3), patch * patch, features})
            .mean(3)
            .permute({0, 3, 1, 2});
    }
};

/// Correlations of the pixels of a window, and of its channels, in the place of self-attention: products without a
/// softmax. Queries are one half of the channels; the other half serves as keys and as values.
struct Correlation {
    std::vector<Convolution> gate;
    Convolution linear;
    std::optional<NgramContext> ngrams;
    Linear summarise;
    PositionNetwork position;
    Linear proj;
    Window window;
    std::int64_t heads;

    Correlation(LayerBuilder& layers, const std::string& prefix, const BlockShape& shape)
        : Correlation(layers, prefix, shape, layers.size(prefix + ".qv.linear.weight", 0),
                      layers.size(prefix + ".pos.pos3.2.weight", 0)) {}

    /// [n, h, w, features] -> the same; the sides are multiples of the window's.
    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& tokens) const {
        const auto images = tokens.size(0);
        const auto side = window.side;
        const auto rows = tokens.size(1) / side;
        const auto columns = tokens.size(2) / side;
        const auto gated = gatedFeatures(channelsFirst(tokens));
        const auto features = gated.size(1);
        auto windows =
            channelsLast(gated).reshape({images, rows, side, columns, side, features}).permute({0, 1, 3, 2, 4, 5});
        if (ngrams) {
            windows = windows + channelsLast((*ngrams)(gated)).unsqueeze(3).unsqueeze(4);
        }
        const auto halves = windows.reshape({images * rows * columns, side * side, features}).chunk(2, 2);
        const auto correlated = at::cat({ofPixels(halves[0], halves[1]), ofChannels(halves[0], halves[1])}, 2);
        return proj(correlated.view({images, rows, columns, side, side, features})
                        .permute({0, 1, 3, 2, 4, 5})
                        .reshape({images, rows * side, columns * side, features}));
    }

private:
    /// `width` is the number of features inside: HiT-SNG has more of them where its heads want that.
    Correlation(LayerBuilder& layers, const std::string& prefix, const BlockShape& shape, std::int64_t width,
                std::int64_t itsHeads)
        : linear(layers.convolution(
            prefix + ".qv.linear",
            {.in = shape.features, .out = itsHeads > 0 && width % (2 * itsHeads) == 0 ? width : 0, .kernel = 1}))
        , summarise(layers.linear(prefix + ".spatial_linear", shape.window.cell * shape.window.cell, 1))
        , position(layers, prefix + ".pos", itsHeads)
        , proj(layers.linear(prefix + ".proj", width, shape.features))
        , window(shape.window)
        , heads(itsHeads) {
        const auto reduced = layers.size(prefix + ".qv.conv.0.weight", 0);
        gate = {layers.convolution(prefix + ".qv.conv.0", {.in = shape.features, .out = reduced, .kernel = 1}),
                layers.convolution(prefix + ".qv.conv.2", {.in = reduced, .out = reduced}),
                layers.convolution(prefix + ".qv.conv.4", {.in = reduced, .out = width, .kernel = 1})};
        if (shape.form == Form::Sng) {
            ngrams.emplace(layers, prefix + ".ngram_window_partition.ngram_context", width, window.side);
        }
    }

    [[nodiscard]] torch::Tensor gatedFeatures(const torch::Tensor& x) const {
        auto gates = gate.front()(x);
        for (std::size_t i = 1; i < gate.size(); ++i) {
            gates = gate[i](leakyRelu(std::move(gates), 0.2));
        }
        return gates * linear(x);
    }

    /// The biases of a query and a cell, [heads, pixels, cells]: means over the cell's pixels. Cells at one offset have
    /// the same, so the means are taken of the table of all offsets.
    [[nodiscard]] torch::Tensor biases(const torch::TensorOptions& options) const {
        const auto side = window.side;
        const auto count = 2 * side - 1;
        const auto offsets = at::arange(1 - side, side, options);
        const auto pairs =
            at::stack({offsets.unsqueeze(1).expand({count, count}), offsets.unsqueeze(0).expand({count, count})}, 2);
        const auto table = position(pairs.view({-1, 2})).t().reshape({1, heads, count, count});
        const auto means = at::avg_pool2d(table, {window.cell, window.cell}, {1, 1});
        const auto whole = options.dtype(torch::kLong);
        const auto numbers = at::arange(side, whole).unsqueeze(1) - window.cell * at::arange(window.cells(), whole)
                             + (side - window.cell);
        const auto index = sumOverAxes(numbers * means.size(3), numbers);
        return means.view({heads, -1}).index_select(1, index.flatten()).view({heads, index.size(0), index.size(1)});
    }

    /// (q·vᵀ/d + bias)·v with the values v of cells. Without a softmax q·(vᵀ·v) is the same, and never makes a table of
    /// all pairs of pixels and cells.
    [[nodiscard]] torch::Tensor ofPixels(const torch::Tensor& queries, const torch::Tensor& pixels) const {
        const auto windows = queries.size(0);
        const auto features = queries.size(2);
        const auto cells = window.cells();
        const auto dimensions = features / heads;
        const auto inCells = pixels.reshape({windows, cells, window.cell, cells, window.cell, features})
                                 .permute({0, 1, 3, 5, 2, 4})
                                 .reshape({windows, cells * cells, features, window.cell * window.cell});
        const auto values = summarise(inCells).view({windows, cells * cells, heads, dimensions});
        const auto ofHeads = values.transpose(1, 2);
        const auto similar =
            at::matmul(queries.reshape({windows, -1, heads, dimensions}).transpose(1, 2),
                       at::matmul(ofHeads.transpose(-2, -1), ofHeads) / static_cast<double>(dimensions));
        // The biases are the same in all windows: one product for all of them.
        const auto side = values.permute({2, 1, 0, 3}).reshape({heads, cells * cells, windows * dimensions});
        const auto biased = at::matmul(biases(queries.options()), side).view({heads, -1, windows, dimensions});
        return (similar.transpose(1, 2) + biased.permute({2, 1, 0, 3})).reshape({windows, -1, features});
    }

    [[nodiscard]] static torch::Tensor ofChannels(const torch::Tensor& queries, const torch::Tensor& values) {
        const auto pixels = static_cast<double>(queries.size(1));
        return at::matmul(values, at::matmul(values.transpose(1, 2), queries) / pixels);
    }
};

struct Block {
    Correlation correlation;
    LayerNorm norm1;
    std::variant<Mlp, ConvolutionalMlp> mlp;
    LayerNorm norm2;
    std::int64_t multiple;

    Block(LayerBuilder& layers, const std::string& prefix, const BlockShape& shape)
        : correlation(layers, prefix + ".correlation", shape)
        , norm1(layers.layerNorm(prefix + ".norm1", shape.features))
        , norm2(layers.layerNorm(prefix + ".norm2", shape.features))
        , multiple(shape.form == Form::Sng ? 2 * shape.window.side : shape.window.side) {
        if (shape.form == Form::Srf) {
            mlp = ConvolutionalMlp(layers, prefix + ".mlp", shape.features);
        } else {
            mlp = Mlp(layers, prefix + ".mlp", shape.features);
        }
    }

    /// `image` is the size of the map.
    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x, Extent image) const {
        const auto correlated = correlation(mirrorTo(mirrorTo(x, 1, multiple), 2, multiple));
        const auto y = x + norm1(correlated.narrow(1, 0, image.rows).narrow(2, 0, image.columns));
        return y + norm2(std::visit([&](const auto& layers) { return layers(y); }, mlp));
    }

    /// How far the block sees, in pixels, at most.
    [[nodiscard]] int reach() const {
        const auto* convolutional = std::get_if<ConvolutionalMlp>(&mlp);
        constexpr int gate = 1;
        return static_cast<int>(multiple) - 1 + gate + (convolutional == nullptr ? 0 : convolutional->reach());
    }
};

using Windows = std::vector<std::vector<Window>>;  // of the blocks of each group

class HitSr final : public RestorationTransformer {
public:
    HitSr(LayerBuilder& layers, Form form, const Windows& windows)
        : RestorationTransformer(layers, "patch_embed.norm") {
        for (std::size_t l = 0; l < windows.size(); ++l) {
            const auto name = fmt::format("layers.{}", l);
            std::vector<Block> blocks;
            blocks.reserve(windows[l].size());
            for (std::size_t b = 0; b < windows[l].size(); ++b) {
                blocks.emplace_back(layers, fmt::format("{}.residual_group.blocks.{}", name, b),
                                    BlockShape{form, features(), windows[l][b]});
                reach_ += blocks.back().reach();
            }
            groups_.emplace_back(name, TransformerGroup(std::move(blocks), {layers, name + ".conv", features()}));
        }
    }

    /// Of all blocks together.
    [[nodiscard]] int reach() const { return reach_; }

private:
    [[nodiscard]] torch::Tensor body(torch::Tensor tokens) const override {
        const Extent image{tokens.size(1), tokens.size(2)};
        for (const auto& group : groups_) {
            tokens = group(tokens, image);
        }
        return tokens;
    }

    int reach_ = 0;
    std::vector<NamedBlock<TransformerGroup<Block>>> groups_;
};

std::string blockPrefix(std::size_t group, int block) {
    return fmt::format("layers.{}.residual_group.blocks.{}", group, block);
}

/// The side of the cells of a block: the root of how many pixels one has.
std::int64_t cellOf(const LayerBuilder& layers, const std::string& block) {
    const auto pixels = std::min(layers.size(block + ".correlation.spatial_linear.weight", 1), largestWindow);
    return std::llround(std::sqrt(static_cast<double>(pixels)));
}

Window orNone(const Window& window) {
    const bool fits = window.cell > 0 && window.side > 0 && window.side * window.side <= largestWindow
                      && window.side % window.cell == 0;
    return fits ? window : Window{};
}

/// HiT-SNG: its windows' sides are those of a convolution.
Windows windowsOfNgrams(const LayerBuilder& layers, const std::vector<int>& depths) {
    Windows windows(depths.size());
    for (std::size_t l = 0; l < depths.size(); ++l) {
        for (int b = 0; b < depths[l]; ++b) {
            const auto prefix = blockPrefix(l, b);
            const auto side = std::min(layers.size(prefix + unigramKey, 2), largestWindow);
            windows[l].push_back(orNone({side, cellOf(layers, prefix)}));
        }
    }
    return windows;
}

/// Others: a cell is the share of a window in the base window. Of windows that are no larger than that one, the shapes
/// tell nothing.
Windows windowsOfCells(LayerBuilder& layers, const std::vector<int>& depths) {
    const auto base = layers.assumed("base_window", 8.0);
    int small = 0;
    for (int b = 0; !depths.empty() && b < depths.front(); ++b) {
        small += cellOf(layers, blockPrefix(0, b)) == 1 ? 1 : 0;
    }
    std::vector<double> ratios(static_cast<std::size_t>(small), 1.0);
    if (small > 0) {
        ratios.front() = 0.5;
        ratios = layers.assumed("window_ratios", ratios);
    }
    const bool isWhole = base == std::floor(base) && base >= 1.0 && base * base <= static_cast<double>(largestWindow);
    if (!isWhole || std::ranges::any_of(ratios, [&](double ratio) { return ratio > 1.0 || ratio * base < 1.0; })) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("base_window={}, window_ratios={}: the base window is a whole number of pixels, and a "
                                "ratio lies between that of one pixel and 1",
                                base, fmt::join(ratios, "/")));
    }
    Windows windows(depths.size());
    for (std::size_t l = 0; l < depths.size(); ++l) {
        std::size_t next = 0;
        for (int b = 0; b < depths[l]; ++b) {
            const auto cell = cellOf(layers, blockPrefix(l, b));
            const double ratio =
                cell == 1 && !ratios.empty() ? ratios[std::min(next++, ratios.size() - 1)] : static_cast<double>(cell);
            windows[l].push_back(orNone({static_cast<std::int64_t>(base * ratio), cell}));
        }
    }
    return windows;
}

bool matches(const LayerBuilder& layers) {
    return layers.has(firstCell);
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto form = layers.has(firstConvolutionOfMlp)            ? Form::Srf
                      : layers.has(blockPrefix(0, 0) + unigramKey) ? Form::Sng
                                                                   : Form::Sir;
    const auto depths = depthsOfGroups(layers, "residual_group.blocks");
    const auto windows = form == Form::Sng ? windowsOfNgrams(layers, depths) : windowsOfCells(layers, depths);
    layers.ignore([](const std::string& key) { return key.ends_with(".relative_position_index"); });
    auto network = std::make_unique<HitSr>(layers, form, windows);
    const int groupEnds = (layers.has("conv_after_body.weight") ? 1 : 2) * static_cast<int>(depths.size() + 1);
    const int reach = reachOfEnds + groupEnds + network->reach();

    std::vector<std::int64_t> sides;
    std::int64_t largest = 1;
    for (const auto& group : windows) {
        for (const auto& window : group) {
            largest = std::max(largest, window.side);
        }
    }
    for (const auto& window : windows.empty() ? std::vector<Window>() : windows.front()) {
        sides.push_back(window.side);
    }
    const char* name = form == Form::Srf ? "HiT-SRF" : form == Form::Sng ? "HiT-SNG" : "HiT-SIR";
    auto result = describeTransformer(std::move(network), name, layers, depths);
    result.hyperparameters.emplace_back("heads", std::to_string(layers.size(firstHeads, 0)));
    result.hyperparameters.emplace_back("windows", fmt::format("{}", fmt::join(sides, " ")));
    // HiT-SIR reflects an image once, the others twice.
    const auto multiple = static_cast<int>(form == Form::Sng ? 2 * largest : largest);
    result.minimumSide = std::max(form == Form::Sir ? multiple / 2 + 1 : (multiple + 3 + 3) / 4, 2);
    result.receptiveField = {.global = false, .radius = reach, .evidence = "analytic (upper bound)"};
    // Its windows of many sizes begin together only every 192 pixels or more, and see nearly as far.
    result.cropping.evidence = "its windows of several sizes have no fine grid in common";
    return result;
}

}  // namespace

Architecture architecture() {
    return {"hitsr", matches, build};
}

}  // namespace lamscope::hitsr
