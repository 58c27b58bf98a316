// SPDX-License-Identifier: GPL-3.0-or-later
// Uformer: Wang et al., "Uformer: A General U-Shaped Transformer for Image Restoration", CVPR 2022.
//
// The authors' class takes squares only, whose test pads other images by zeros. The same layers take every image whose
// sides hold whole windows at the coarsest level; here, other images are padded to such sides by reflection.
#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "model/arch/architecture.h"
#include "model/arch/assumed_numbers.h"
#include "model/arch/convolutional_mlp.h"
#include "model/arch/restoration_transformer.h"
#include "model/arch/window_attention.h"
#include "runtime/torch_headers.h"

namespace lamscope::uformer {

namespace {

constexpr const char* firstTable = "encoderlayer_0.blocks.0.attn.relative_position_bias_table";
/// The levels of the way down, each of which is halved; below them lies one more, the coarsest.
constexpr int levels = 4;
constexpr std::int64_t coarsest = std::int64_t{1} << levels;

/// What the file and the user tell.
struct Shape {
    std::int64_t features = 0;  ///< of the first level
    std::int64_t window = 0;
    double slope = 0.0;
    /// Levels at which an image of training had more than one window, so that every second block shifts them.
    std::array<bool, levels + 1> shifts{};
};

/// Two fully connected layers with a depthwise convolution between them, GELUs after the first and after that.
struct FeedForward {
    Linear first;
    Convolution local;
    Linear last;

    FeedForward(LayerBuilder& layers, const std::string& prefix, std::int64_t features) {
        const auto hidden = layers.size(prefix + ".linear1.0.weight", 0);
        first = layers.linear(prefix + ".linear1.0", features, hidden);
        local = depthwiseConvolution(layers, prefix + ".dwconv.0", hidden);
        last = layers.linear(prefix + ".linear2.0", hidden, features);
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        return last(channelsLast(at::gelu(local(channelsFirst(at::gelu(first(x)))))));
    }
};

/// Attention within windows, and a feed-forward network. On the way up, a learned pattern is added to each window.
struct Block {
    LayerNorm norm1;
    torch::Tensor modulator;  ///< [pixels of a window, features], or undefined
    Linear queries;
    Linear keysValues;
    Linear proj;
    torch::Tensor table;
    LayerNorm norm2;
    FeedForward feedForward;
    std::int64_t window;
    bool shifted;

    Block(LayerBuilder& layers, const std::string& prefix, std::int64_t features, std::int64_t itsWindow,
          bool isShifted)
        : norm1(layers.layerNorm(prefix + ".norm1", features))
        , queries(layers.linear(prefix + ".attn.qkv.to_q", features, features))
        , keysValues(layers.linear(prefix + ".attn.qkv.to_kv", features, 2 * features))
        , proj(layers.linear(prefix + ".attn.proj", features, features))
        , norm2(layers.layerNorm(prefix + ".norm2", features))
        , feedForward(layers, prefix + ".mlp", features)
        , window(itsWindow)
        , shifted(isShifted) {
        const auto key = prefix + ".attn.relative_position_bias_table";
        const auto heads = layers.size(key, 1);
        // A number of heads that does not divide the features fits no table.
        table =
            layers.tensor(key, {(2 * window - 1) * (2 * window - 1), heads > 0 && features % heads == 0 ? heads : 1});
        if (layers.has(prefix + ".modulator.weight")) {
            modulator = layers.tensor(prefix + ".modulator.weight", {window * window, features});
        }
    }

    /// The pattern of each window of an image.
    [[nodiscard]] torch::Tensor patternFor(const torch::Tensor& x) const {
        const auto tiled =
            modulator.view({1, window, window, -1}).repeat({1, x.size(1) / window, x.size(2) / window, 1});
        return shifted ? tiled.roll({window / 2, window / 2}, {1, 2}) : tiled;
    }

    /// [n, h, w, features].
    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x, const WindowGrid& grid) const {
        auto tokens = norm1(x);
        if (modulator.defined()) {
            tokens = tokens + patternFor(x);
        }
        const auto qkv = at::cat({queries(tokens), keysValues(tokens)}, 3);
        const auto y = x + proj(attendInWindows(qkv, {grid.heads(table, shifted)}));
        return y + feedForward(norm2(y));
    }
};

using Blocks = std::vector<NamedBlock<Block>>;

Blocks blocksUnder(LayerBuilder& layers, const std::string& prefix, std::int64_t features, const Shape& shape,
                   int level) {
    Blocks blocks;
    const int count = layers.countAfter(prefix + ".blocks.");
    for (int i = 0; i < count; ++i) {
        const bool shifted = i % 2 == 1 && shape.shifts[static_cast<std::size_t>(level)];
        blocks.emplace_back(layers, fmt::format("{}.blocks.{}", prefix, i), features, shape.window, shifted);
    }
    return blocks;
}

/// Pixels of one row, from the first to the last.
struct Span {
    std::int64_t first = 0;
    std::int64_t last = 0;

    [[nodiscard]] Span grown(std::int64_t by) const { return {first - by, last + by}; }
    [[nodiscard]] Span with(const Span& other) const {
        return {std::min(first, other.first), std::max(last, other.last)};
    }
};

/// What these blocks look at to make the pixels of a span.
Span behind(const Blocks& blocks, Span span) {
    for (auto named = blocks.rbegin(); named != blocks.rend(); ++named) {
        const auto& block = named->block;
        span = span.grown(block.feedForward.local.padding);
        const auto shift = block.shifted ? block.window / 2 : 0;
        const auto start = [&](std::int64_t at) { return (at - shift) / block.window * block.window + shift; };
        span = {start(span.first), start(span.last) + block.window - 1};
    }
    return span;
}

class Uformer final : public NativeNetwork {
public:
    Uformer(LayerBuilder& layers, const Shape& shape)
        : window_(shape.window)
        , slope_(shape.slope)
        , first_(layers.convolution("input_proj.proj.0", {.in = 3, .out = shape.features}))
        , last_(layers.convolution("output_proj.proj.0", {.in = 2 * shape.features, .out = 3})) {
        auto features = shape.features;
        for (int l = 0; l < levels; ++l, features *= 2) {
            down_.push_back(
                {blocksUnder(layers, fmt::format("encoderlayer_{}", l), features, shape, l),
                 layers.convolution(fmt::format("dowsample_{}.conv.0", l),
                                    {.in = features, .out = 2 * features, .kernel = 4, .stride = 2, .padding = 1})});
        }
        coarsest_ = blocksUnder(layers, "conv", features, shape, levels);
        // What comes from below is half as wide as the level, the other half is that of the way down.
        for (int i = 0; i < levels; ++i) {
            const int level = levels - 1 - i;
            const auto own = shape.features << level;
            const auto below = i == 0 ? features : 4 * own;
            auto resize =
                layers.transposedConvolution(fmt::format("upsample_{}.deconv.0", i), {.in = below, .out = own});
            up_.push_back(
                {std::move(resize), blocksUnder(layers, fmt::format("decoderlayer_{}", i), 2 * own, shape, level)});
        }
    }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        auto x = channelsLast(leakyRelu(first_(lr), slope_));
        std::vector<torch::Tensor> skips;
        std::vector<WindowGrid> grids;
        for (const auto& [blocks, resize] : down_) {
            grids.push_back(gridOf(x));
            skips.push_back(applied(blocks, x, grids.back()));
            x = channelsLast(resize(channelsFirst(skips.back())));
        }
        x = applied(coarsest_, x, gridOf(x));
        for (const auto& [resize, blocks] : up_) {
            x = at::cat({channelsLast(resize(channelsFirst(x))), skips.back()}, 3);
            x = applied(blocks, x, grids.back());
            skips.pop_back();
            grids.pop_back();
        }
        const auto features = channelsFirst(x);
        return makeTrunk(features, [this, features, lr](const Crop& crop) { return last_(crop(features)) + crop(lr); });
    }

    /// How far an output pixel can look: the farthest over its places in the windows, which the coarsest level repeats.
    [[nodiscard]] std::int64_t reach() const {
        const auto period = coarsest * window_;
        constexpr std::int64_t farFromEdges = 1 << 20;  // all numbers stay above zero
        std::int64_t furthest = 0;
        for (std::int64_t place = 0; place < period; ++place) {
            const auto pixel = farFromEdges * period + place;
            const auto seen = behindLevel(0, Span{pixel, pixel}.grown(last_.padding)).grown(first_.padding);
            furthest = std::max({furthest, pixel - seen.first, seen.last - pixel});
        }
        return furthest;
    }

private:
    struct DownStep {
        Blocks blocks;
        Convolution resize;
    };
    struct UpStep {
        TransposedConvolution resize;
        Blocks blocks;
    };

    [[nodiscard]] WindowGrid gridOf(const torch::Tensor& x) const {
        return {{x.size(1), x.size(2)}, {window_, window_}, x.device()};
    }

    [[nodiscard]] static torch::Tensor applied(const Blocks& blocks, torch::Tensor x, const WindowGrid& grid) {
        for (const auto& block : blocks) {
            x = block(x, grid);
        }
        return x;
    }

    /// What a level's input holds of what makes a span of its output.
    [[nodiscard]] Span behindLevel(std::size_t level, const Span& span) const {
        if (level == down_.size()) {
            return behind(coarsest_, span);
        }
        const auto joined = behind(up_[up_.size() - 1 - level].blocks, span);
        const auto below = behindLevel(level + 1, {joined.first / 2, joined.last / 2});
        const auto encoded = joined.with({2 * below.first - 1, 2 * below.last + 2});
        return behind(down_[level].blocks, encoded);
    }

    std::int64_t window_;
    double slope_;
    Convolution first_;
    std::vector<DownStep> down_;
    Blocks coarsest_;
    std::vector<UpStep> up_;
    Convolution last_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has("input_proj.proj.0.weight") && layers.has(firstTable);
}

/// The side of the images that the authors' class is told of: at levels where such an image is one window, the class
/// shifts no windows. Their tests leave it at 128.
std::int64_t sideOfTraining(LayerBuilder& layers) {
    return assumedSide(layers, "img_size", 128, 1, "images of training", "128 or 256");
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    Shape shape;
    shape.features = layers.size("input_proj.proj.0.weight", 0);
    shape.window = windowOfTable(layers, firstTable);
    shape.slope = layers.assumed("slope", 0.01);
    const auto trained = static_cast<double>(sideOfTraining(layers));
    for (int l = 0; l <= levels; ++l) {
        shape.shifts[static_cast<std::size_t>(l)] =
            trained / static_cast<double>(std::int64_t{1} << l) > static_cast<double>(shape.window);
    }
    layers.ignore([](const std::string& key) { return key.ends_with(".relative_position_index"); });

    std::vector<int> depths;
    std::vector<std::int64_t> heads;
    const auto note = [&](const std::string& stage) {
        depths.push_back(layers.countAfter(stage + ".blocks."));
        heads.push_back(layers.size(stage + ".blocks.0.attn.relative_position_bias_table", 1));
    };
    for (int l = 0; l < levels; ++l) {
        note(fmt::format("encoderlayer_{}", l));
    }
    note("conv");
    for (int l = 0; l < levels; ++l) {
        note(fmt::format("decoderlayer_{}", l));
    }
    auto network = std::make_unique<Uformer>(layers, shape);
    BuiltNetwork result;
    result.name = "Uformer";
    result.hyperparameters = {
        {"embedding", std::to_string(shape.features)},
        {"depths", fmt::format("{}", fmt::join(depths, " "))},
        {"heads", fmt::format("{}", fmt::join(heads, " "))},
        {"window", std::to_string(shape.window)},
        {"modulator", layers.has("decoderlayer_0.blocks.0.modulator.weight") ? "with" : "without"}};
    result.scales = {1};
    result.defaultRange = 1.0;
    result.sizeMultiple = static_cast<int>(coarsest * std::max<std::int64_t>(shape.window, 1));
    if (shape.window > 0) {
        result.receptiveField = {
            .global = false, .radius = static_cast<int>(network->reach()), .evidence = "analytic (upper bound)"};
    }
    result.cropping.evidence = "its windows reach so far that parts of an image would save nothing";
    result.network = std::move(network);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"uformer", matches, build};
}

}  // namespace lamscope::uformer
