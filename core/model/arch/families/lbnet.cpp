// SPDX-License-Identifier: GPL-3.0-or-later
// LBNet: Gao et al., "Lightweight Bimodal Network for Single-Image Super-Resolution via Symmetric CNN and Recursive
// Transformer", IJCAI 2022.
#include <cmath>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "model/arch/assumed_numbers.h"
#include "model/arch/residual_blocks.h"
#include "runtime/torch_headers.h"

namespace lamscope::lbnet {

namespace {

constexpr int stages = 3;
constexpr std::int64_t taps = 9;  // of a 3x3 neighbourhood

/// The mean and the largest of a pixel's features gate all of them.
struct SpatialAttention {
    Convolution convolution;

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        const auto columns = x.flatten(2).unsqueeze(1);  // [n, 1, channels, pixels]
        const auto largest = at::max_pool2d(columns, {x.size(1), 1}).view({x.size(0), 1, x.size(2), x.size(3)});
        return x * at::sigmoid(convolution(at::cat({x.mean(1, /*keepdim=*/true), largest}, 1)));
    }
};

ChannelAttention channelAttention(LayerBuilder& layers, const std::string& prefix, std::int64_t features) {
    return {layers, prefix + ".conv_du.0", prefix + ".conv_du.2", features};
}

/// Residual block whose convolutions feed each other, with attention to channels and to pixels side by side.
struct DualAttentionBlock {
    Convolution c1;
    Convolution c2;
    Convolution c3;
    Convolution c4;
    Convolution c5;
    Convolution c6;
    ChannelAttention channels;
    SpatialAttention pixels;

    DualAttentionBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features) {
        const auto half = features / 2;
        c1 = layers.convolution(prefix + ".c1", {.in = features, .out = features, .kernel = 1});
        c2 = layers.convolution(prefix + ".c2", {.in = features, .out = half});
        c3 = layers.convolution(prefix + ".c3", {.in = features, .out = half});
        c4 = layers.convolution(prefix + ".c4", {.in = features + 2 * half, .out = features});
        c5 = layers.convolution(prefix + ".c5", {.in = half, .out = half});
        const auto joined = features + 2 * half;
        c6 = layers.convolution(prefix + ".c6", {.in = joined, .out = features, .kernel = 1});
        channels = channelAttention(layers, prefix + ".se", joined);
        pixels.convolution = layers.convolution(prefix + ".sa.conv1", {.in = 2, .out = 1, .kernel = 7, .bias = false});
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        const auto y1 = relu(c1(x));
        const auto y2 = relu(c2(y1));
        const auto y3 = relu(c3(y1));
        const auto y4 = relu(c4(at::cat({y1, y2, y3}, 1)));
        const auto joined = at::cat({y2, c5(y3), y4}, 1);
        return c6(channels(joined) + pixels(joined)) + x;
    }
};

/// Three of them, densely connected.
struct LocalFusion {
    DualAttentionBlock b1;
    DualAttentionBlock b2;
    DualAttentionBlock b3;
    Convolution c1;
    Convolution c2;
    Convolution c3;

    LocalFusion(LayerBuilder& layers, const std::string& prefix, std::int64_t features)
        : b1(layers, prefix + ".b1", features)
        , b2(layers, prefix + ".b2", features)
        , b3(layers, prefix + ".b3", features) {
        const auto fusion = [&](const char* name, std::int64_t inputs, std::int64_t groups) {
            return layers.convolution(prefix + name,
                                      {.in = inputs * features, .out = features, .kernel = 1, .groups = groups});
        };
        c1 = fusion(".c1", 2, 2);
        c2 = fusion(".c2", 3, 2);
        c3 = fusion(".c3", 4, 1);
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        const auto o1 = b1(x);
        const auto o2 = b2(c1(at::cat({x, o1}, 1)));
        const auto o3 = b3(c2(at::cat({x, o1, o2}, 1)));
        return x + c3(at::cat({x, o1, o2, o3}, 1));
    }
};

/// Tokens are the 3x3 neighbourhoods of all pixels, row by row. They attend to each other within runs of a 16th of the
/// image's tokens; the tokens that are left over are one more run.
struct RunAttention {
    Linear reduce;
    Linear qkv;
    Linear proj;
    std::int64_t heads;

    RunAttention(LayerBuilder& layers, const std::string& prefix, std::int64_t width, std::int64_t headCount)
        : heads(headCount) {
        const auto inner = layers.size(prefix + ".reduce.weight", 0);
        reduce = layers.linear(prefix + ".reduce", width, inner, /*bias=*/false);
        qkv = layers.linear(prefix + ".qkv", inner, 3 * inner, /*bias=*/false);
        proj = layers.linear(prefix + ".proj", inner, width);
    }

    /// [n, tokens, width].
    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        constexpr std::int64_t runs = 16;
        const auto count = x.size(1);
        const auto length = count / runs;
        const auto whole = count / length * length;
        // The authors divide by what the heads would be wide if the features were not reduced before.
        const double scale = 1.0 / std::sqrt(static_cast<double>(x.size(2)) / static_cast<double>(heads));
        const auto all = qkv(reduce(x));
        const auto attend = [&](std::int64_t start, std::int64_t tokens, std::int64_t run) {
            const auto parts = all.narrow(1, start, tokens)
                                   .reshape({-1, run, 3, heads, all.size(2) / 3 / heads})
                                   .permute({2, 0, 3, 1, 4});
            return at::scaled_dot_product_attention(parts[0], parts[1], parts[2], /*attn_mask=*/{}, /*dropout_p=*/0.0,
                                                    /*is_causal=*/false, scale)
                .transpose(1, 2)
                .reshape({x.size(0), tokens, all.size(2) / 3});
        };
        auto attended = attend(0, whole, length);
        if (whole < count) {
            attended = at::cat({attended, attend(whole, count - whole, count - whole)}, 1);
        }
        return proj(attended);
    }
};

struct TransformerBlock {
    LayerNorm norm1;
    RunAttention attention;
    LayerNorm norm2;
    Linear fc1;
    Linear fc2;

    TransformerBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features, std::int64_t heads)
        : norm1(layers.layerNorm(prefix + ".norm1", taps * features))
        , attention(layers, prefix + ".atten", taps * features, heads)
        , norm2(layers.layerNorm(prefix + ".norm2", taps * features)) {
        const auto hidden = layers.size(prefix + ".mlp.fc1.weight", 0);
        fc1 = layers.linear(prefix + ".mlp.fc1", taps * features, hidden);
        fc2 = layers.linear(prefix + ".mlp.fc2", hidden, taps * features);
    }

    /// Recursive: three times with the same weights, from an image to an image.
    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& image) const {
        constexpr int recursions = 3;
        const auto unfolded = at::im2col(image, {3, 3}, {1, 1}, {1, 1}, {1, 1});
        auto x = unfolded.transpose(1, 2);
        for (int i = 0; i < recursions; ++i) {
            x = x + attention(norm1(x));
            x = x + fc2(relu(fc1(norm2(x))));
        }
        return at::col2im(x.transpose(1, 2), {image.size(2), image.size(3)}, {3, 3}, {1, 1}, {1, 1}, {1, 1});
    }
};

struct Shape {
    std::int64_t features = 0;
    std::int64_t heads = 0;
    int scale = 1;
};

class LbNet final : public NativeNetwork {
public:
    LbNet(LayerBuilder& layers, const Shape& shape)
        : scale_(shape.scale)
        , subtractMean_(makeMeanShift(layers, "sub_mean"))
        , addMean_(makeMeanShift(layers, "add_mean")) {
        const auto features = shape.features;
        head_ = layers.convolution("head", {.in = 3, .out = features});
        for (int i = 1; i <= stages; ++i) {
            local_.emplace_back(layers, fmt::format("r{}", i), features);
            between_.push_back(channelAttention(layers, fmt::format("se{}", i), features));
        }
        fusion_ = layers.convolution("c1", {.in = 2L * stages * features, .out = features, .kernel = 1});
        for (const auto& [attention, convolution] : {std::pair("attention", "c2"), std::pair("attention2", "c3")}) {
            global_.emplace_back(layers, attention, features, shape.heads);
            behind_.push_back(layers.convolution(convolution, {.in = features, .out = features}));
        }
        upsampler_ = layers.convolution("tail.0", {.in = features, .out = 3L * scale_ * scale_});
    }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        const auto first = head_(subtractMean_(lr));
        std::vector<torch::Tensor> outputs;
        auto x = first;
        for (const auto& block : local_) {
            outputs.push_back(x = block(x));
        }
        // Once more with the same weights; each is fed also what it gave before.
        for (std::size_t i = 0; i < stages; ++i) {
            outputs.push_back(x = local_[i](x + between_[i](outputs[i])));
        }
        x = fusion_(at::cat(outputs, 1));
        x = behind_[0](global_[0](x));
        x = global_[1](x);
        return makeTrunk(x, [this, x, first](const Crop& crop) {
            return addMean_(at::pixel_shuffle(upsampler_(behind_[1](crop(x)) + crop(first)), scale_));
        });
    }

private:
    int scale_;
    Convolution subtractMean_;
    Convolution addMean_;
    Convolution head_;
    std::vector<NamedBlock<LocalFusion>> local_;
    std::vector<ChannelAttention> between_;
    Convolution fusion_;
    std::vector<NamedBlock<TransformerBlock>> global_;
    std::vector<Convolution> behind_;
    Convolution upsampler_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has("attention.atten.reduce.weight") && layers.has("r1.b1.sa.conv1.weight");
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    Shape shape;
    shape.features = layers.size("head.weight", 0);
    constexpr std::int64_t tiny = 18;
    shape.heads = assumedHeads(layers, shape.features == tiny ? 6 : 8, layers.size("attention.atten.reduce.weight", 0));
    shape.scale = scaleOfPixelShuffle(layers, "tail.0.weight");
    const auto mean = layers.values("sub_mean.bias");
    const double range = !mean.empty() && std::abs(mean.front()) > 1.0F ? 255.0 : 1.0;
    BuiltNetwork result;
    result.name = "LBNet";
    result.hyperparameters = {{"features", std::to_string(shape.features)}, {"heads", std::to_string(shape.heads)}};
    result.scales = {shape.scale};
    result.defaultRange = range;
    result.mean = meanOfShift(layers, "sub_mean.bias", range);
    result.minimumSide = 4;  // each run of the attention holds a token
    result.receptiveField = {.global = true, .radius = std::nullopt, .evidence = "analytic: channel attention"};
    result.network = std::make_unique<LbNet>(layers, shape);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"lbnet", matches, build};
}

}  // namespace lamscope::lbnet
