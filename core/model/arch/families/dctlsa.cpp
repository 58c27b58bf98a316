// SPDX-License-Identifier: GPL-3.0-or-later
// DCTLSA: Zeng et al., "Densely Connected Transformer With Linear Self-Attention for Lightweight Image
// Super-Resolution", IEEE Transactions on Instrumentation and Measurement 72, 2023.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "model/arch/assumed_numbers.h"
#include "model/arch/batch_norm.h"
#include "model/arch/restoration_transformer.h"
#include "model/arch/window_attention.h"
#include "runtime/torch_headers.h"

namespace lamscope::dctlsa {

namespace {

constexpr std::int64_t window = 16;

/// Two pointwise convolutions with a depthwise one between them, and normalisations.
struct LocalBranch {
    BatchNorm norm0;
    Convolution pointwise0;
    Convolution depthwise;
    BatchNorm norm1;
    Convolution pointwise1;

    LocalBranch(LayerBuilder& layers, const std::string& prefix, std::int64_t features)
        : LocalBranch(layers, prefix, features, layers.size(prefix + ".pointwise_conv_0.weight", 0)) {}

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        return pointwise1(norm1(depthwise(pointwise0(norm0(x)))));
    }

private:
    LocalBranch(LayerBuilder& layers, const std::string& prefix, std::int64_t features, std::int64_t hidden)
        : norm0(layers, prefix + ".pointwise_prenorm_0", features)
        , pointwise0(layers.convolution(prefix + ".pointwise_conv_0",
                                        {.in = features, .out = hidden, .kernel = 1, .bias = false}))
        , depthwise(layers.convolution(
              prefix + ".depthwise_conv",
              {.in = hidden, .out = hidden, .groups = std::max<std::int64_t>(hidden, 1), .bias = false}))
        , norm1(layers, prefix + ".pointwise_prenorm_1", hidden)
        , pointwise1(layers.convolution(prefix + ".pointwise_conv_1",
                                        {.in = hidden, .out = features, .kernel = 1, .bias = false})) {}
};

/// Tokens [n, h, w, c] of an image whose sides are multiples of the window's -> [n·windows, pixels, c], and back.
torch::Tensor toWindows(const torch::Tensor& x) {
    return x.reshape({x.size(0), x.size(1) / window, window, x.size(2) / window, window, x.size(3)})
        .transpose(2, 3)
        .reshape({-1, window * window, x.size(3)});
}

torch::Tensor fromWindows(const torch::Tensor& x, const torch::Tensor& like) {
    return x.reshape({like.size(0), like.size(1) / window, like.size(2) / window, window, window, -1})
        .transpose(2, 3)
        .reshape({like.size(0), like.size(1), like.size(2), -1});
}

/// Attention that is linear in the number of pixels of a window: the keys have their softmax over the pixels, and
/// values are summed with them before the queries come.
struct LinearAttention {
    LocalBranch local;
    Linear qkv;
    Linear proj;
    std::int64_t heads;

    LinearAttention(LayerBuilder& layers, const std::string& prefix, std::int64_t features, std::int64_t headCount)
        : local(layers, prefix + ".local", features)
        , qkv(layers.linear(prefix + ".qkv", features, 3 * features))
        , proj(layers.linear(prefix + ".proj", features, features))
        , heads(headCount) {}

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& tokens) const {
        const auto image = channelsFirst(tokens);
        const auto x = channelsLast(image + local(image));
        const auto dimensions = x.size(3) / heads;
        const auto parts =
            toWindows(qkv(x)).reshape({-1, window * window, 3, heads, dimensions}).permute({2, 0, 3, 1, 4});
        const auto sums = at::matmul(at::softmax(parts[1], -2).transpose(-2, -1), parts[2]);
        const auto queries = parts[0] * (1.0 / std::sqrt(static_cast<double>(dimensions)));
        const auto attended = at::matmul(queries, sums).transpose(1, 2).reshape({-1, window * window, x.size(3)});
        return x + proj(fromWindows(attended, x));
    }
};

struct TransformerBlock {
    LinearAttention attention;
    Mlp mlp;
    bool shifted;

    TransformerBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features, std::int64_t heads,
                     bool isShifted)
        : attention(layers, prefix + ".attn", features, heads)
        , mlp(layers, prefix + ".mlp", features)
        , shifted(isShifted) {}

    /// Shifted windows wrap around the image's border, and no mask keeps its two sides apart.
    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& tokens) const {
        constexpr std::int64_t half = window / 2;
        const auto x = shifted ? at::roll(attention(at::roll(tokens, {-half, -half}, {1, 2})), {half, half}, {1, 2})
                               : attention(tokens);
        return x + mlp(x);
    }
};

/// Pads by reflection to whole windows for its own blocks alone.
struct TransformerBody {
    LayerNorm norm;
    std::vector<TransformerBlock> blocks;

    TransformerBody(LayerBuilder& layers, const std::string& prefix, std::int64_t features, std::int64_t heads)
        : norm(layers.layerNorm(prefix + ".patch_embed.norm", features)) {
        const int count = layers.countAfter(prefix + ".blocks.");
        for (int i = 0; i < count; ++i) {
            blocks.emplace_back(layers, fmt::format("{}.blocks.{}", prefix, i), features, heads, i % 2 == 1);
        }
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        const auto height = x.size(2);
        const auto width = x.size(3);
        const auto lacks = [](std::int64_t side) { return (window - side % window) % window; };
        auto tokens = norm(channelsLast(at::reflection_pad2d(x, {0, lacks(width), 0, lacks(height)})));
        for (const auto& block : blocks) {
            tokens = block(tokens);
        }
        return channelsFirst(tokens).narrow(2, 0, height).narrow(3, 0, width);
    }
};

struct Module {
    std::vector<TransformerBody> bodies;

    Module(LayerBuilder& layers, const std::string& prefix, std::int64_t features, std::int64_t heads) {
        const int count = layers.countAfter(prefix + ".body.");
        for (int i = 0; i < count; ++i) {
            bodies.emplace_back(layers, fmt::format("{}.body.{}.transformer_body.0", prefix, i), features, heads);
        }
    }

    [[nodiscard]] torch::Tensor operator()(torch::Tensor x) const {
        for (const auto& body : bodies) {
            x = body(x);
        }
        return x;
    }
};

class Dctlsa final : public NativeNetwork {
public:
    Dctlsa(LayerBuilder& layers, std::int64_t features, int modules, std::int64_t heads, int scale)
        : slope_(layers.assumed("slope", 0.05)) {
        first_ = layers.convolution("fea_conv", {.in = 3, .out = features});
        for (int i = 1; i <= modules; ++i) {
            modules_.emplace_back(layers, fmt::format("B{}", i), features, heads);
            if (i < modules) {
                fusions_.push_back(layers.convolution(fmt::format("c{}.0", i),
                                                      {.in = (i + 1) * features, .out = features, .kernel = 1}));
            }
        }
        fusions_.push_back(
            layers.convolution("c.0", {.in = std::max(modules, 1) * features, .out = features, .kernel = 1}));
        tail_ = makeShuffleTail(layers, "LR_conv", "upsampler.0", features, scale);
    }

    /// Each module reads what the first features and all modules before it gave; of the last sum the first features
    /// are no part.
    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        const auto first = first_(lr);
        std::vector<torch::Tensor> outputs{first};
        auto x = first;
        for (std::size_t i = 0; i < modules_.size(); ++i) {
            outputs.push_back(modules_[i](x));
            const bool isLast = i + 1 == modules_.size();
            const auto joined = at::cat(isLast ? at::TensorList(outputs).slice(1) : at::TensorList(outputs), 1);
            x = leakyRelu(fusions_[i](joined), slope_);
        }
        return tail_(x, first);
    }

private:
    double slope_;
    Convolution first_;
    std::vector<NamedBlock<Module>> modules_;
    std::vector<Convolution> fusions_;  ///< behind each module
    ShuffleTail tail_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has("B1.body.0.transformer_body.0.blocks.0.attn.local.pointwise_conv_0.weight");
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto features = layers.size("fea_conv.weight", 0);
    const int modules = std::max(layers.countAfter("B") - 1, 0);
    const auto heads = assumedHeads(layers, 5, features);
    const int scale = scaleOfPixelShuffle(layers, "upsampler.0.weight");
    BuiltNetwork result;
    result.name = "DCTLSA";
    result.hyperparameters = {
        {"features", std::to_string(features)}, {"modules", std::to_string(modules)}, {"heads", std::to_string(heads)}};
    result.scales = {scale};
    result.defaultRange = 1.0;
    result.minimumSide = window / 2 + 1;
    result.receptiveField = {.global = true,
                             .radius = std::nullopt,
                             .evidence = "analytic: its shifted windows join opposite borders of the image"};
    result.cropping.evidence = "its shifted windows join the image's opposite borders";
    result.network = std::make_unique<Dctlsa>(layers, features, modules, heads, scale);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"dctlsa", matches, build};
}

}  // namespace lamscope::dctlsa
