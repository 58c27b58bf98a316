// SPDX-License-Identifier: GPL-3.0-or-later
// Omni-SR: Wang et al., "Omni Aggregation Networks for Lightweight Image Super-Resolution", CVPR 2023.
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "model/arch/architecture.h"
#include "model/arch/attention.h"
#include "model/arch/channel_self_attention.h"
#include "model/arch/feature_modulation.h"
#include "model/arch/gated_convolutions.h"
#include "model/arch/restoration_transformer.h"
#include "model/arch/window_attention.h"
#include "model/cropped_trunk.h"
#include "runtime/torch_headers.h"

namespace lamscope::omnisr {

namespace {

constexpr const char* firstConvolution = "residual_layer.0.residual_layer.0.layer.0.fn.0.weight";
constexpr const char* firstTable = "residual_layer.0.residual_layer.0.layer.2.fn.rel_pos_bias.weight";
constexpr const char* firstTemperature = "residual_layer.0.residual_layer.0.layer.5.fn.temperature";

struct Shape {
    std::int64_t features = 0;
    std::int64_t window = 0;
    std::int64_t heads = 0;  ///< 0 where they do not divide the features
};

/// Which layers have biases is an option that only the file tells.
Linear linearAsStored(LayerBuilder& layers, const std::string& prefix, std::int64_t in, std::int64_t out) {
    return layers.linear(prefix, in, out, layers.has(prefix + ".bias"));
}

LayerNorm pixelNorm(LayerBuilder& layers, const std::string& prefix, std::int64_t features) {
    constexpr double epsilon = 1e-6;
    return layers.layerNorm(prefix + ".norm", features, epsilon);
}

/// Convolutions whose channels are gated by their averages over the image.
struct LocalLayers {
    Convolution widen;
    Convolution depthwise;
    Linear squeeze;
    Linear excite;
    Convolution project;

    LocalLayers(LayerBuilder& layers, const std::string& prefix, std::int64_t features) {
        const auto width = layers.size(prefix + ".fn.0.weight", 0);
        const auto squeezed = layers.size(prefix + ".fn.4.gate.1.weight", 0);
        widen = convolutionAsStored(layers, prefix + ".fn.0", {.in = features, .out = width, .kernel = 1});
        depthwise = depthwiseAsStored(layers, prefix + ".fn.2", width);
        squeeze = linearAsStored(layers, prefix + ".fn.4.gate.1", width, squeezed);
        excite = linearAsStored(layers, prefix + ".fn.4.gate.3", squeezed, width);
        project = convolutionAsStored(layers, prefix + ".fn.5", {.in = width, .out = features, .kernel = 1});
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        const auto y = at::gelu(depthwise(at::gelu(widen(x))));
        const auto gate = at::sigmoid(excite(at::silu(squeeze(y.mean({2, 3})))));
        return x + project(y * gate.unsqueeze(2).unsqueeze(3));
    }
};

struct FeedForward {
    LayerNorm norm;
    GatedConvolutions gated;

    FeedForward(LayerBuilder& layers, const std::string& prefix, std::int64_t features)
        : norm(pixelNorm(layers, prefix, features))
        , gated(layers, prefix + ".fn", features) {}

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const { return x + gated(normalisePixels(norm, x)); }
};

/// Which tokens attend to one another.
enum class Groups {
    Windows,  ///< the pixels of a window
    Grids,    ///< pixels as far from one another as a window's number of them takes to span the image
};

/// The two kinds of groups of an image.
struct Geometry {
    WindowGrid windows;
    WindowTokens grids;

    Geometry(Extent image, std::int64_t window, torch::Device device)
        : windows(image, {window, window}, device) {
        grids.queries = grids.keys = at::arange(image.area(), torch::TensorOptions(torch::kLong).device(device))
                                         .view({window, image.rows / window, window, image.columns / window})
                                         .permute({1, 3, 0, 2})
                                         .reshape({-1, window * window});
    }

    /// The table is ordered as that of a WindowGrid, also where it is one of grids.
    [[nodiscard]] WindowedHeads heads(const torch::Tensor& table, Groups groups) const {
        auto result = windows.heads(table, /*shifted=*/false);
        if (groups == Groups::Grids) {
            result.tokens = grids;
        }
        return result;
    }
};

/// Self-attention of pixels.
struct SpatialAttention {
    LayerNorm norm;
    Linear toQkv;
    Linear toOut;
    torch::Tensor table;
    Groups groups;

    SpatialAttention(LayerBuilder& layers, const std::string& prefix, const Shape& shape, Groups itsGroups)
        : norm(layers.layerNorm(prefix + ".norm", shape.features))
        , toQkv(linearAsStored(layers, prefix + ".fn.to_qkv", shape.features, 3 * shape.features))
        , toOut(linearAsStored(layers, prefix + ".fn.to_out.0", shape.features, shape.features))
        , groups(itsGroups) {
        const auto key = prefix + ".fn.rel_pos_bias.weight";
        const auto offsets = (2 * shape.window - 1) * (2 * shape.window - 1);
        const auto heads = std::max<std::int64_t>(shape.heads, 1);
        table = layers.has(key)
                    ? layers.tensor(key, {offsets, shape.heads})
                    : layers.constant(std::vector<float>(static_cast<std::size_t>(offsets * heads)), {offsets, heads});
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x, const Geometry& geometry) const {
        const auto attended = attendInWindows(toQkv(norm(channelsLast(x))), {geometry.heads(table, groups)});
        return x + channelsFirst(toOut(attended));
    }
};

/// Self-attention of channels over the pixels of a window, or over the pixels that have one place in all windows.
struct ChannelAttentionInGroups {
    LayerNorm norm;
    Convolution toQkv;
    Convolution depthwise;
    torch::Tensor temperature;
    Convolution project;
    std::int64_t window;
    Groups groups;

    ChannelAttentionInGroups(LayerBuilder& layers, const std::string& prefix, const Shape& shape, Groups itsGroups)
        : norm(pixelNorm(layers, prefix, shape.features))
        , toQkv(convolutionAsStored(layers, prefix + ".fn.qkv",
                                    {.in = shape.features, .out = 3 * shape.features, .kernel = 1}))
        , depthwise(depthwiseAsStored(layers, prefix + ".fn.qkv_dwconv", 3 * shape.features))
        , temperature(layers.tensor(prefix + ".fn.temperature", {shape.heads, 1, 1}))
        , project(convolutionAsStored(layers, prefix + ".fn.project_out",
                                      {.in = shape.features, .out = shape.features, .kernel = 1}))
        , window(shape.window)
        , groups(itsGroups) {}

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        const auto qkv = depthwise(toQkv(normalisePixels(norm, x)));
        const auto rows = x.size(2) / window;
        const auto columns = x.size(3) / window;
        const bool inWindows = groups == Groups::Windows;
        // Queries, keys and values, images, two axes of groups, heads, channels, two axes of tokens.
        const auto parts = qkv.reshape({x.size(0), 3, temperature.size(0), -1, rows, window, columns, window})
                               .permute(inWindows ? std::vector<std::int64_t>{1, 0, 4, 6, 2, 3, 5, 7}
                                                  : std::vector<std::int64_t>{1, 0, 5, 7, 2, 3, 4, 6});
        const auto tokens = parts.flatten(6);
        const auto attended =
            attendToChannels(tokens.select(0, 0), tokens.select(0, 1), tokens.select(0, 2), temperature)
                .view(parts.sizes().slice(1))
                .permute(inWindows ? std::vector<std::int64_t>{0, 3, 4, 1, 5, 2, 6}
                                   : std::vector<std::int64_t>{0, 3, 4, 5, 1, 6, 2});
        return x + project(attended.reshape(x.sizes()));
    }
};

struct Block {
    /// Attention of pixels and of channels in one kind of groups.
    struct Stage {
        SpatialAttention spatial;
        FeedForward afterSpatial;
        ChannelAttentionInGroups channels;
        FeedForward afterChannels;

        Stage(LayerBuilder& layers, const std::string& prefix, int firstLayer, const Shape& shape, Groups groups)
            : spatial(layers, fmt::format("{}.layer.{}", prefix, firstLayer), shape, groups)
            , afterSpatial(layers, fmt::format("{}.layer.{}", prefix, firstLayer + 2), shape.features)
            , channels(layers, fmt::format("{}.layer.{}", prefix, firstLayer + 3), shape, groups)
            , afterChannels(layers, fmt::format("{}.layer.{}", prefix, firstLayer + 4), shape.features) {}

        [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x, const Geometry& geometry) const {
            return afterChannels(channels(afterSpatial(spatial(x, geometry))));
        }
    };
    LocalLayers local;
    Stage inWindows;
    Stage inGrids;

    Block(LayerBuilder& layers, const std::string& prefix, const Shape& shape)
        : local(layers, prefix + ".layer.0", shape.features)
        , inWindows(layers, prefix, 2, shape, Groups::Windows)
        , inGrids(layers, prefix, 8, shape, Groups::Grids) {}

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x, const Geometry& geometry) const {
        return inGrids(inWindows(local(x), geometry), geometry);
    }
};

struct Group {
    std::vector<Block> blocks;
    Convolution last;
    EnhancedSpatialAttention attention;

    Group(LayerBuilder& layers, const std::string& prefix, const Shape& shape)
        : attention(makeSpatialAttention(layers, prefix + ".esa", shape.features, {"conv3"})) {
        const int count = std::max(layers.countAfter(prefix + ".residual_layer."), 1) - 1;
        for (int b = 0; b < count; ++b) {
            blocks.emplace_back(layers, fmt::format("{}.residual_layer.{}", prefix, b), shape);
        }
        last = convolutionAsStored(layers, fmt::format("{}.residual_layer.{}", prefix, count),
                                   {.in = shape.features, .out = shape.features, .kernel = 1});
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x, const Geometry& geometry) const {
        auto y = x;
        for (const auto& block : blocks) {
            y = block(y, geometry);
        }
        return attention(last(y) + x);
    }
};

class OmniSr final : public NativeNetwork {
public:
    OmniSr(LayerBuilder& layers, const Shape& shape, int groups, int scale)
        : window_(shape.window)
        , first_(convolutionAsStored(layers, "input", {.in = 3, .out = shape.features}))
        , tail_{.last = {convolutionAsStored(layers, "output", {.in = shape.features, .out = shape.features})},
                .upsampler = convolutionAsStored(layers, "up.0", {.in = shape.features, .out = 3L * scale * scale}),
                .scale = scale} {
        for (int r = 0; r < groups; ++r) {
            groups_.emplace_back(layers, fmt::format("residual_layer.{}", r), shape);
        }
    }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        const auto missing = [this](std::int64_t side) { return (window_ - side % window_) % window_; };
        // Zeros, where other networks reflect.
        const auto padded = at::constant_pad_nd(lr, {0, missing(lr.size(3)), 0, missing(lr.size(2))});
        const Geometry geometry({padded.size(2), padded.size(3)}, window_, lr.device());
        const auto first = first_(padded);
        auto x = first;
        for (const auto& group : groups_) {
            x = group(x, geometry);
        }
        return croppedTrunk(tail_(x, first), lr.size(2), lr.size(3));
    }

private:
    std::int64_t window_;
    Convolution first_;
    std::vector<NamedBlock<Group>> groups_;
    ShuffleTail tail_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has(firstConvolution);
}

/// From the table of biases; networks without one do not tell.
std::int64_t windowOf(LayerBuilder& layers) {
    if (layers.has(firstTable)) {
        return std::max<std::int64_t>(windowOfTable(layers, firstTable), 1);
    }
    const double window = layers.assumed("window", 8.0);
    if (window != std::floor(window) || window < 1.0 || window * window > static_cast<double>(largestWindow)) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("window={}: a window has a whole number of pixels from 1 "
                                                            "to {} along each side",
                                                            window, std::sqrt(largestWindow)));
    }
    return static_cast<std::int64_t>(window);
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    Shape shape;
    shape.features = layers.size("input.weight", 0);
    shape.window = windowOf(layers);
    const auto heads = layers.size(firstTemperature, 0);
    shape.heads = heads > 0 && shape.features > 0 && shape.features % heads == 0 ? heads : 0;
    const int groups = layers.countAfter("residual_layer.");
    const int scale = scaleOfPixelShuffle(layers, "up.0.weight");
    // What a profiler leaves in files.
    layers.ignore([](const std::string& key) { return key.ends_with("total_ops") || key.ends_with("total_params"); });
    BuiltNetwork result;
    result.name = "OmniSR";
    result.hyperparameters = {
        {"features", std::to_string(shape.features)},
        {"residual groups", std::to_string(groups)},
        {"blocks per group", std::to_string(layers.countAfter("residual_layer.0.residual_layer.") - 1)},
        {"heads", std::to_string(shape.heads)},
        {"window", std::to_string(shape.window)}};
    result.scales = {scale};
    result.defaultRange = 1.0;
    // Once padded, a side must be one that the spatial attention takes.
    const auto least = EnhancedSpatialAttention::minimumSide - 1;
    result.minimumSide = static_cast<int>(least / shape.window * shape.window) + 1;
    result.receptiveField = {
        .global = true, .radius = std::nullopt, .evidence = "analytic: attention on grids spans the image"};
    result.network = std::make_unique<OmniSr>(layers, shape, groups, scale);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"omnisr", matches, build};
}

}  // namespace lamscope::omnisr
