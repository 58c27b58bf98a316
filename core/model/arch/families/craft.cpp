// SPDX-License-Identifier: GPL-3.0-or-later
// CRAFT: Li et al., "Feature Modulation Transformer: Cross-Refinement of Global Representation via High-Frequency Prior
// for Image Super-Resolution", ICCV 2023.
#include <algorithm>
#include <array>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "model/arch/architecture.h"
#include "model/arch/channel_self_attention.h"
#include "model/arch/div2k_mean.h"
#include "model/arch/gated_convolutions.h"
#include "model/arch/position_network.h"
#include "model/arch/restoration_transformer.h"
#include "model/arch/window_attention.h"
#include "runtime/torch_headers.h"

namespace lamscope::craft {

namespace {

constexpr const char* firstTemperature = "layers.0.residual_group.hf_blocks.0.attn.temperature";
constexpr int branches = 2;

struct Shape {
    std::int64_t features = 0;
    std::int64_t heads = 0;
    Extent window;
};

Convolution pointwise(LayerBuilder& layers, const std::string& prefix, std::int64_t in, std::int64_t out,
                      bool bias = true) {
    return layers.convolution(prefix, {.in = in, .out = out, .kernel = 1, .bias = bias});
}

Convolution depthwise(LayerBuilder& layers, const std::string& prefix, std::int64_t features, bool bias = true) {
    return layers.convolution(
        prefix, {.in = features, .out = features, .groups = std::max<std::int64_t>(features, 1), .bias = bias});
}

/// Windows lie across in one half of the channels and upright in the other.
struct Geometry {
    std::vector<WindowGrid> grids;
    std::vector<torch::Tensor> offsets;  ///< [offsets, 2], in the order of the grid's table
};

/// Self-attention within rectangular windows, and an MLP.
struct RectangleBlock {
    LayerNorm norm1;
    Linear qkv;
    std::vector<PositionNetwork> positions;
    Convolution local;
    Linear proj;
    LayerNorm norm2;
    Mlp mlp;
    bool shifted;

    RectangleBlock(LayerBuilder& layers, const std::string& prefix, const Shape& shape, bool isShifted)
        : norm1(layers.layerNorm(prefix + ".norm1", shape.features))
        , qkv(layers.linear(prefix + ".qkv", shape.features, 3 * shape.features))
        , local(depthwise(layers, prefix + ".get_v", shape.features))
        , proj(layers.linear(prefix + ".proj", shape.features, shape.features))
        , norm2(layers.layerNorm(prefix + ".norm2", shape.features))
        , mlp(layers, prefix + ".mlp", shape.features)
        , shifted(isShifted) {
        for (int i = 0; i < branches; ++i) {
            positions.emplace_back(layers, fmt::format("{}.attns.{}.pos", prefix, i), shape.heads / branches);
        }
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x, const Geometry& geometry) const {
        const auto queriesKeysValues = qkv(norm1(x));
        std::vector<WindowedHeads> groups;
        for (std::size_t i = 0; i < branches; ++i) {
            auto heads = geometry.grids[i].heads(positions[i](geometry.offsets[i]), shifted);
            // Shifted windows wrap around the image, and what they bring together sees each other.
            heads.tokens.queryAreas = heads.tokens.keyAreas = torch::Tensor();
            groups.push_back(std::move(heads));
        }
        const auto values = channelsFirst(queriesKeysValues.narrow(3, 2 * x.size(3), x.size(3)));
        const auto y = x + proj(attendInWindows(queriesKeysValues, groups) + channelsLast(local(values)));
        return y + mlp(norm2(y));
    }
};

/// Enhances high frequencies: convolves one half of the channels and takes the maximum around each pixel of the other.
struct HighFrequencyBlock {
    Convolution convolution;
    Convolution ofMaximum;
    Convolution last;

    HighFrequencyBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features)
        : convolution(layers.convolution(prefix + ".conv", {.in = features / 2, .out = features / 2}))
        , ofMaximum(pointwise(layers, prefix + ".fc", features / 2, features / 2))
        , last(pointwise(layers, prefix + ".last_fc", features, features)) {}

    /// [n, c, h, w].
    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        const auto halves = x.chunk(2, 1);
        const auto maximum = at::max_pool2d(halves[1], {3, 3}, /*stride=*/{1, 1}, /*padding=*/{1, 1});
        return last(at::cat({at::gelu(convolution(halves[0])), at::gelu(ofMaximum(maximum))}, 1)) + x;
    }
};

/// Attention of the channels of the high frequencies to those of the low ones, over all pixels of the image.
struct ChannelCrossAttention {
    torch::Tensor temperature;
    Convolution q;
    Convolution qLocal;
    Convolution kv;
    Convolution kvLocal;
    Convolution proj;

    ChannelCrossAttention(LayerBuilder& layers, const std::string& prefix, const Shape& shape)
        : temperature(layers.tensor(prefix + ".temperature", {shape.heads, 1, 1}))
        , q(pointwise(layers, prefix + ".q", shape.features, shape.features, false))
        , qLocal(depthwise(layers, prefix + ".q_dwconv", shape.features, false))
        , kv(pointwise(layers, prefix + ".kv", shape.features, 2 * shape.features, false))
        , kvLocal(depthwise(layers, prefix + ".kv_dwconv", 2 * shape.features, false))
        , proj(pointwise(layers, prefix + ".project_out", shape.features, shape.features, false)) {}

    /// [n, c, h, w].
    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& low, const torch::Tensor& high) const {
        const auto ofHeads = [&](const torch::Tensor& x) {
            return x.reshape({x.size(0), temperature.size(0), -1, x.size(2) * x.size(3)});
        };
        const auto keysValues = kvLocal(kv(low)).chunk(2, 1);
        const auto attended =
            attendToChannels(ofHeads(qLocal(q(high))), ofHeads(keysValues[0]), ofHeads(keysValues[1]), temperature);
        return proj(attended.reshape(low.sizes()));
    }
};

/// Puts the high frequencies into the low ones.
struct FusionBlock {
    LayerNorm norm1;
    ChannelCrossAttention attention;
    LayerNorm norm2;
    GatedConvolutions mlp;

    FusionBlock(LayerBuilder& layers, const std::string& prefix, const Shape& shape)
        : norm1(layers.layerNorm(prefix + ".norm1.body", shape.features))
        , attention(layers, prefix + ".attn", shape)
        , norm2(layers.layerNorm(prefix + ".norm2.body", shape.features))
        , mlp(layers, prefix + ".ffn", shape.features) {}

    /// `low` has the channels last, `high` first: [n, h, w, c].
    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& low, const torch::Tensor& high) const {
        const auto y = low + channelsLast(attention(channelsFirst(norm1(low)), high));
        return y + channelsLast(mlp(channelsFirst(norm2(y))));
    }
};

struct Group {
    struct Step {
        RectangleBlock inPlace;
        RectangleBlock shifted;
        HighFrequencyBlock high;
        FusionBlock fusion;
    };
    std::vector<Step> steps;
    GroupConvolution last;

    Group(LayerBuilder& layers, const std::string& prefix, const Shape& shape) {
        const auto ofGroup = prefix + ".residual_group";
        const int depth = layers.countAfter(ofGroup + ".hf_blocks.");
        for (int i = 0; i < depth; ++i) {
            steps.push_back({{layers, fmt::format("{}.srwa_blocks.{}", ofGroup, 2 * i), shape, false},
                             {layers, fmt::format("{}.srwa_blocks.{}", ofGroup, 2 * i + 1), shape, true},
                             {layers, fmt::format("{}.hfer_blocks.{}", ofGroup, i), shape.features},
                             {layers, fmt::format("{}.hf_blocks.{}", ofGroup, i), shape}});
        }
        last = GroupConvolution(layers, prefix + ".conv", shape.features);
    }

    /// [n, h, w, c].
    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x, const Geometry& geometry) const {
        auto y = x;
        for (const auto& [inPlace, shifted, high, fusion] : steps) {
            y = fusion(shifted(inPlace(y, geometry), geometry), high(channelsFirst(y)));
        }
        return channelsLast(last(channelsFirst(y))) + x;
    }
};

class Craft final : public NativeNetwork {
public:
    Craft(LayerBuilder& layers, int groups, const Shape& shape, int scale)
        : scale_(scale)
        , windows_{shape.window, {shape.window.columns, shape.window.rows}}
        , mean_(layers.constant(div2kShift(), {1, 3, 1, 1}))
        , first_(layers.convolution("conv_first", {.in = 3, .out = shape.features})) {
        const auto offsets = (2 * shape.window.rows - 1) * (2 * shape.window.columns - 1);
        // As stored: published files hold those of the other half. Their position networks give the same bias anywhere.
        for (const char* key : {"biases_h", "biases_v"}) {
            offsets_.push_back(layers.buffer(key, {offsets, 2}));
        }
        for (int l = 0; l < groups; ++l) {
            groups_.emplace_back(layers, fmt::format("layers.{}", l), shape);
        }
        norm_ = layers.layerNorm("norm.body", shape.features);
        last_ = GroupConvolution(layers, "conv_after_body", shape.features);
        upsampler_ = layers.convolution("upsample.0", {.in = shape.features, .out = 3L * scale * scale});
    }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        const auto first = first_(lr - mean_);
        Geometry geometry{{}, offsets_};
        for (const auto& window : windows_) {
            geometry.grids.emplace_back(Extent{lr.size(2), lr.size(3)}, window, lr.device());
        }
        auto tokens = channelsLast(first);
        for (const auto& group : groups_) {
            tokens = group(tokens, geometry);
        }
        const auto x = last_(channelsFirst(norm_(tokens))) + first;
        return makeTrunk(
            x, [this, x](const Crop& crop) { return at::pixel_shuffle(upsampler_(crop(x)), scale_) + mean_; });
    }

private:
    int scale_;
    std::array<Extent, branches> windows_;
    torch::Tensor mean_;
    Convolution first_;
    std::vector<torch::Tensor> offsets_;
    std::vector<NamedBlock<Group>> groups_;
    LayerNorm norm_;
    GroupConvolution last_;
    Convolution upsampler_;
};

/// The windows' sides, the shorter one first, from their product and the number of offsets, (2r − 1)·(2c − 1); 1x1
/// where no sides fit.
Extent windowOfBuffers(const LayerBuilder& layers) {
    const auto pixels = layers.size("relative_position_index_h", 0);
    const auto offsets = layers.size("biases_h", 0);
    if (pixels < 1 || pixels > largestWindow || offsets > 4 * pixels) {
        return {1, 1};
    }
    for (std::int64_t rows = 1; rows * rows <= pixels; ++rows) {
        const auto columns = pixels / rows;
        if (rows * columns == pixels && (2 * rows - 1) * (2 * columns - 1) == offsets) {
            return {rows, columns};
        }
    }
    return {1, 1};
}

bool matches(const LayerBuilder& layers) {
    return layers.has(firstTemperature);
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    Shape shape;
    shape.features = layers.size("conv_first.weight", 0);
    shape.heads = layers.size(firstTemperature, 0);
    if (shape.heads % branches != 0 || (shape.heads > 0 && shape.features % shape.heads != 0)) {
        shape.heads = 0;  // fits no file
    }
    shape.window = windowOfBuffers(layers);
    const auto depths = depthsOfGroups(layers, "residual_group.hf_blocks");
    const int scale = scaleOfPixelShuffle(layers, "upsample.0.weight");
    layers.ignore([](const std::string& key) { return key.starts_with("relative_position_index_"); });
    BuiltNetwork result;
    result.name = "CRAFT";
    result.hyperparameters = {{"embedding", std::to_string(shape.features)},
                              {"depths", fmt::format("{}", fmt::join(depths, " "))},
                              {"heads", std::to_string(shape.heads)},
                              {"split", fmt::format("{}x{}", shape.window.rows, shape.window.columns)}};
    result.scales = {scale};
    result.defaultRange = 1.0;
    result.mean.assign(div2kMean.begin(), div2kMean.end());
    result.sizeMultiple = static_cast<int>(std::lcm(shape.window.rows, shape.window.columns));
    result.receptiveField = {
        .global = true, .radius = std::nullopt, .evidence = "analytic: channel attention spans the image"};
    result.network = std::make_unique<Craft>(layers, static_cast<int>(depths.size()), shape, scale);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"craft", matches, build};
}

}  // namespace lamscope::craft
