// SPDX-License-Identifier: GPL-3.0-or-later
// ESC: Lee et al., "Emulating Self-attention with Convolution for Efficient Image Super-Resolution", ICCV 2025.
#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "model/arch/restoration_transformer.h"
#include "model/arch/window_attention.h"
#include "runtime/torch_headers.h"

namespace lamscope::esc {

namespace {

constexpr double epsilon = 1e-6;
constexpr const char* firstTable = "blocks.0.attn.relative_position_bias";

/// Layer normalisation over the channels of every pixel.
torch::Tensor normaliseImage(const LayerNorm& norm, const torch::Tensor& x) {
    return channelsFirst(norm(channelsLast(x)));
}

/// The mean of a kernel over the eight symmetries of the square, which the network was trained with.
torch::Tensor symmetric(const torch::Tensor& kernel) {
    const auto ofMirrors = kernel + kernel.flip({2}) + kernel.flip({3}) + kernel.flip({2, 3});
    return (ofMirrors + ofMirrors.transpose(2, 3)) / 8.0;
}

struct FeedForward {
    Convolution widen;
    Convolution depthwise;
    Convolution narrow;

    FeedForward(LayerBuilder& layers, const std::string& prefix, std::int64_t features) {
        const auto wide = layers.size(prefix + ".proj.weight", 0);
        widen = layers.convolution(prefix + ".proj", {.in = features, .out = wide, .kernel = 1});
        depthwise =
            layers.convolution(prefix + ".dwc", {.in = wide, .out = wide, .groups = std::max<std::int64_t>(wide, 1)});
        narrow = layers.convolution(prefix + ".aggr", {.in = wide, .out = features, .kernel = 1});
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        const auto y = at::gelu(widen(x));
        return narrow(at::gelu(depthwise(y)) + y);
    }
};

/// A part of the channels goes through the large kernel that all blocks share, and beside it through a depthwise one
/// that is made of the channels' means.
struct PartialConvolution {
    std::int64_t part = 0;
    Convolution squeeze;
    Convolution excite;
    Convolution aggregate;

    PartialConvolution(LayerBuilder& layers, const std::string& prefix, std::int64_t features, std::int64_t channels)
        : part(channels) {
        const auto squeezed = layers.size(prefix + ".plk.dwc_proj.1.weight", 0);
        squeeze = layers.convolution(prefix + ".plk.dwc_proj.1", {.in = part, .out = squeezed, .kernel = 1});
        excite = layers.convolution(prefix + ".plk.dwc_proj.3", {.in = squeezed, .out = taps * part, .kernel = 1});
        aggregate = layers.convolution(prefix + ".aggr", {.in = features, .out = features, .kernel = 1});
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x, const torch::Tensor& kernel) const {
        const auto images = x.size(0);
        const auto moving = x.narrow(1, 0, part);
        const auto weights = excite(at::gelu(squeeze(moving.mean({2, 3}, /*keepdim=*/true))));
        // As a product: there is no secant rule for a convolution whose weights are features.
        const auto neighbours =
            at::im2col(moving, {3, 3}, {1, 1}, {1, 1}, {1, 1}).view({images, part, taps, x.size(2) * x.size(3)});
        const auto dynamic =
            at::matmul(weights.view({images, part, 1, taps}), neighbours).view({images, part, x.size(2), x.size(3)});
        const auto convolved = at::conv2d(moving, kernel, {}, 1, (kernel.size(2) - 1) / 2) + dynamic;
        return aggregate(at::cat({convolved, x.narrow(1, part, x.size(1) - part)}, 1));
    }

private:
    static constexpr std::int64_t taps = 9;
};

/// Attention within windows, whose biases are ordered by the offset of the key from the query.
struct SelfAttention {
    Convolution toQkv;
    Convolution toOut;
    torch::Tensor biases;

    SelfAttention(LayerBuilder& layers, const std::string& prefix, std::int64_t features, std::int64_t window)
        : toQkv(layers.convolution(prefix + ".to_qkv", {.in = features, .out = 3 * features, .kernel = 1}))
        , toOut(layers.convolution(prefix + ".to_out", {.in = features, .out = features, .kernel = 1})) {
        const auto key = prefix + ".relative_position_bias";
        const auto heads = layers.size(key, 0);
        // A number of heads that does not divide the features fits no table.
        biases =
            layers.tensor(key, {heads > 0 && features % heads == 0 ? heads : 1, (2 * window - 1) * (2 * window - 1)});
    }

    /// `grid` is that of the windows of the image as it is padded.
    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x, const WindowGrid& grid, Extent padded) const {
        const auto qkv = at::reflection_pad2d(toQkv(x), {0, padded.columns - x.size(3), 0, padded.rows - x.size(2)});
        const auto byOffsetOfQuery = biases.flip({1}).t();
        const auto attended =
            channelsFirst(attendInWindows(channelsLast(qkv), {grid.heads(byOffsetOfQuery, /*shifted=*/false)}));
        return toOut(attended.narrow(2, 0, x.size(2)).narrow(3, 0, x.size(3)));
    }
};

/// What all blocks share for one image.
struct Shared {
    torch::Tensor kernel;
    Extent padded;
    WindowGrid grid;
};

struct Block {
    struct Step {
        std::optional<LayerNorm> norm;
        FeedForward feedForward;
        PartialConvolution convolution;
    };
    LayerNorm firstNorm;
    FeedForward first;
    LayerNorm attentionNorm;
    SelfAttention attention;
    std::vector<Step> steps;
    LayerNorm lastNorm;
    Convolution last;

    Block(LayerBuilder& layers, const std::string& prefix, std::int64_t features, std::int64_t window,
          std::int64_t part)
        : firstNorm(layers.layerNorm(prefix + ".ln_proj", features, epsilon))
        , first(layers, prefix + ".proj", features)
        , attentionNorm(layers.layerNorm(prefix + ".ln_attn", features, epsilon))
        , attention(layers, prefix + ".attn", features, window)
        , lastNorm(layers.layerNorm(prefix + ".ln_out", features, epsilon))
        , last(layers.convolution(prefix + ".conv_out", {.in = features, .out = features})) {
        const int count = layers.countAfter(prefix + ".pconvs.");
        for (int i = 0; i < count; ++i) {
            const auto norm = fmt::format("{}.lns.{}", prefix, i);
            steps.push_back({.norm = layers.has(norm + ".weight")
                                         ? std::optional(layers.layerNorm(norm, features, epsilon))
                                         : std::nullopt,
                             .feedForward = {layers, fmt::format("{}.convffns.{}", prefix, i), features},
                             .convolution = {layers, fmt::format("{}.pconvs.{}", prefix, i), features, part}});
        }
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x, const Shared& shared) const {
        auto y = first(normaliseImage(firstNorm, x));
        y = y + attention(normaliseImage(attentionNorm, y), shared.grid, shared.padded);
        for (const auto& [norm, feedForward, convolution] : steps) {
            y = y + convolution(feedForward(norm ? normaliseImage(*norm, y) : y), shared.kernel);
        }
        return x + last(normaliseImage(lastNorm, y));
    }
};

struct Shape {
    std::int64_t features = 0;
    int blocks = 0;
    std::int64_t window = 0;
    std::int64_t part = 0;    ///< channels that the large kernel moves
    std::int64_t kernel = 0;  ///< its side
    int scale = 1;
};

class Esc final : public NativeNetwork {
public:
    Esc(LayerBuilder& layers, const Shape& shape)
        : scale_(shape.scale)
        , window_(shape.window)
        , kernel_(layers.tensor("plk_filter", {shape.part, shape.part, shape.kernel, shape.kernel}))
        , first_(layers.convolution("proj", {.in = 3, .out = shape.features}))
        , last_(layers.convolution("last", {.in = shape.features, .out = shape.features}))
        , toImage_(layers.convolution("to_img", {.in = shape.features, .out = 3L * scale_ * scale_})) {
        for (int i = 0; i < shape.blocks; ++i) {
            blocks_.emplace_back(layers, fmt::format("blocks.{}", i), shape.features, shape.window, shape.part);
        }
    }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        const auto wholeWindows = [&](std::int64_t side) { return (side + window_ - 1) / window_ * window_; };
        const Extent padded{wholeWindows(lr.size(2)), wholeWindows(lr.size(3))};
        const Shared shared{symmetric(kernel_), padded, WindowGrid(padded, {window_, window_}, lr.device())};
        const auto first = first_(lr);
        auto x = first;
        for (const auto& block : blocks_) {
            x = block(x, shared);
        }
        return makeTrunk(x, [this, lr, x, first](const Crop& crop) {
            const auto sr = at::pixel_shuffle(toImage_(last_(crop(x)) + crop(first)), scale_);
            return sr + enlargeNearest(crop(lr), scale_);
        });
    }

private:
    int scale_;
    std::int64_t window_;
    torch::Tensor kernel_;
    Convolution first_;
    Convolution last_;
    Convolution toImage_;
    std::vector<NamedBlock<Block>> blocks_;
};

/// Side of the windows, of which every head has (2·side − 1)² biases.
std::int64_t windowSide(const LayerBuilder& layers) {
    const auto biases = std::min(layers.size(firstTable, 1), 4 * largestWindow);
    return std::max<std::int64_t>((std::llround(std::sqrt(static_cast<double>(biases))) + 1) / 2, 1);
}

bool matches(const LayerBuilder& layers) {
    return layers.has("plk_filter") && layers.has("blocks.0.pconvs.0.plk.dwc_proj.1.weight");
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const Shape shape{.features = layers.size("proj.weight", 0),
                      .blocks = layers.countAfter("blocks."),
                      .window = windowSide(layers),
                      .part = layers.size("plk_filter", 0),
                      .kernel = layers.size("plk_filter", 2) / 2 * 2 + 1,  // an odd one, as the size must stay
                      .scale = scaleOfPixelShuffle(layers, "to_img.weight")};
    BuiltNetwork result;
    result.name = "ESC";
    result.hyperparameters = {{"features", std::to_string(shape.features)},
                              {"blocks", std::to_string(shape.blocks)},
                              {"convolutions per block", std::to_string(layers.countAfter("blocks.0.pconvs."))},
                              {"kernel", std::to_string(shape.kernel)},
                              {"window", std::to_string(shape.window)},
                              {"heads", std::to_string(layers.size(firstTable, 0))}};
    result.scales = {shape.scale};
    result.defaultRange = 1.0;
    result.minimumSide = static_cast<int>(shape.window / 2 + 1);
    result.receptiveField = {
        .global = true, .radius = std::nullopt, .evidence = "analytic: kernels made of means over the image"};
    result.network = std::make_unique<Esc>(layers, shape);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"esc", matches, build};
}

}  // namespace lamscope::esc
