// SPDX-License-Identifier: GPL-3.0-or-later
// MAN: Wang et al., "Multi-scale Attention Network for Single Image Super-Resolution", CVPRW 2024.
#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "model/arch/residual_blocks.h"
#include "model/arch/restoration_transformer.h"
#include "runtime/torch_headers.h"

namespace lamscope::man {

namespace {

constexpr const char* firstLargeKernel = "body.0.body.0.LKA.LKA7.1.weight";

Convolution depthwise(LayerBuilder& layers, const std::string& prefix, std::int64_t features, std::int64_t kernel,
                      std::int64_t dilation = 1) {
    return layers.convolution(prefix, {.in = features,
                                       .out = features,
                                       .kernel = kernel,
                                       .dilation = dilation,
                                       .groups = std::max<std::int64_t>(features, 1)});
}

Convolution pointwise(LayerBuilder& layers, const std::string& prefix, std::int64_t in, std::int64_t out) {
    return layers.convolution(prefix, {.in = in, .out = out, .kernel = 1});
}

/// The sides of the kernels of one scale: a depthwise convolution, and one that is dilated.
struct Kernels {
    std::int64_t near = 0;
    std::int64_t far = 0;
    std::int64_t dilation = 1;
};

/// A large kernel taken apart: the near pixels, the far ones, the channels.
std::vector<Convolution> largeKernel(LayerBuilder& layers, const std::string& prefix, std::int64_t features,
                                     const Kernels& kernels) {
    return {depthwise(layers, prefix + ".0", features, kernels.near),
            depthwise(layers, prefix + ".1", features, kernels.far, kernels.dilation),
            pointwise(layers, prefix + ".2", features, features)};
}

/// What both halves of a block share: a normalisation of each pixel before, a learned scale of each channel behind.
struct Frame {
    LayerNorm norm;
    torch::Tensor scale;

    Frame(LayerBuilder& layers, const std::string& prefix, std::int64_t features)
        : norm(layers.layerNorm(prefix + ".norm", features, 1e-6))
        , scale(layers.tensor(prefix + ".scale", {1, features, 1, 1})) {}

    [[nodiscard]] torch::Tensor normed(const torch::Tensor& x) const { return channelsFirst(norm(channelsLast(x))); }
};

/// Multi-scale large kernel attention: each third of the features is gated by a large kernel of its own size, and that
/// by a small one.
struct LargeKernelAttention {
    struct Scale {
        std::vector<Convolution> attention;
        Convolution gate;
    };
    Frame frame;
    Convolution first;
    std::vector<Scale> scales;
    Convolution last;

    LargeKernelAttention(LayerBuilder& layers, const std::string& prefix, std::int64_t features)
        : frame(layers, prefix, features)
        , first(pointwise(layers, prefix + ".proj_first.0", features, 2 * features)) {
        constexpr std::array all{Kernels{3, 5, 2}, Kernels{5, 7, 3}, Kernels{7, 9, 4}};
        const auto third = features / static_cast<std::int64_t>(all.size());
        for (const auto& kernels : all) {
            scales.push_back({largeKernel(layers, fmt::format("{}.LKA{}", prefix, kernels.near), third, kernels),
                              depthwise(layers, fmt::format("{}.X{}", prefix, kernels.near), third, kernels.near)});
        }
        last = pointwise(layers, prefix + ".proj_last.0", features, features);
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        const auto halves = first(frame.normed(x)).chunk(2, 1);
        const auto thirds = halves[0].chunk(static_cast<std::int64_t>(scales.size()), 1);
        std::vector<torch::Tensor> gated;
        for (std::size_t i = 0; i < scales.size(); ++i) {
            gated.push_back(applyChain(scales[i].attention, thirds[i]) * scales[i].gate(thirds[i]));
        }
        return x + last(halves[1] * at::cat(gated, 1)) * frame.scale;
    }
};

/// Gated spatial attention unit.
struct FeatureGate {
    Frame frame;
    Convolution first;
    Convolution spatial;
    Convolution last;

    FeatureGate(LayerBuilder& layers, const std::string& prefix, std::int64_t features)
        : frame(layers, prefix, features)
        , first(pointwise(layers, prefix + ".Conv1", features, 2 * features))
        , spatial(depthwise(layers, prefix + ".DWConv1", features, 7))
        , last(pointwise(layers, prefix + ".Conv2", features, features)) {}

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        const auto halves = first(frame.normed(x)).chunk(2, 1);
        return x + last(halves[1] * spatial(halves[0])) * frame.scale;
    }
};

struct AttentionBlock {
    LargeKernelAttention attention;
    FeatureGate gate;

    AttentionBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features)
        : attention(layers, prefix + ".LKA", features)
        , gate(layers, prefix + ".LFE", features) {}

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const { return gate(attention(x)); }
};

/// Blocks in a row, and a large kernel attention in the place of the usual last convolution.
struct Group {
    std::vector<NamedBlock<AttentionBlock>> blocks;
    Convolution first;
    std::vector<Convolution> attention;
    Convolution last;

    Group(LayerBuilder& layers, const std::string& prefix, std::int64_t features) {
        const int count = layers.countAfter(prefix + ".body.");
        for (int b = 0; b < count; ++b) {
            blocks.emplace_back(layers, fmt::format("{}.body.{}", prefix, b), features);
        }
        first = pointwise(layers, prefix + ".body_t.conv0.0", features, features);
        attention = largeKernel(layers, prefix + ".body_t.att", features, {.near = 7, .far = 9, .dilation = 3});
        last = pointwise(layers, prefix + ".body_t.conv1", features, features);
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        auto y = x;
        for (const auto& block : blocks) {
            y = block(y);
        }
        y = at::gelu(first(y));
        return last(y * applyChain(attention, y)) + x;
    }
};

class Man final : public NativeNetwork {
public:
    Man(LayerBuilder& layers, std::int64_t features, int groups, int scale)
        : scale_(scale)
        , subMean_(makeMeanShift(layers, "sub_mean"))
        , head_(layers.convolution("head", {.in = 3, .out = features})) {
        for (int g = 0; g < groups; ++g) {
            groups_.emplace_back(layers, fmt::format("body.{}", g), features);
        }
        if (groups > 1) {  // with one group there is no skip around it, either
            last_ = layers.convolution("body_t", {.in = features, .out = features});
        }
        upsampler_ = layers.convolution("tail.0", {.in = features, .out = 3L * scale * scale});
        addMean_ = makeMeanShift(layers, "add_mean");
    }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        const auto first = head_(subMean_(lr));
        auto x = first;
        for (const auto& group : groups_) {
            x = group(x);
        }
        if (last_) {
            x = (*last_)(x) + first;
        }
        return makeTrunk(
            x, [this, x](const Crop& crop) { return addMean_(at::pixel_shuffle(upsampler_(crop(x)), scale_)); });
    }

private:
    int scale_;
    Convolution subMean_;
    Convolution head_;
    std::vector<NamedBlock<Group>> groups_;
    std::optional<Convolution> last_;
    Convolution upsampler_;
    Convolution addMean_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has(firstLargeKernel);
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto features = layers.size("head.weight", 0);
    const int groups = layers.countAfter("body.");
    int blocks = 0;
    for (int g = 0; g < groups; ++g) {
        blocks += layers.countAfter(fmt::format("body.{}.body.", g));
    }
    const int scale = scaleOfPixelShuffle(layers, "tail.0.weight");
    BuiltNetwork result;
    result.name = "MAN";
    result.hyperparameters = {
        {"features", std::to_string(features)}, {"groups", std::to_string(groups)}, {"blocks", std::to_string(blocks)}};
    result.scales = {scale};
    result.defaultRange = 1.0;
    result.mean = meanOfShift(layers, "sub_mean.bias", 1.0);
    // A block's largest kernel and its gate; a group's last attention; the first, last and upsampler's convolutions.
    constexpr int ofBlock = 3 + 16 + 3;
    constexpr int ofGroup = 3 + 12;
    result.receptiveField = {
        .global = false, .radius = ofBlock * blocks + ofGroup * groups + (groups > 1 ? 3 : 2), .evidence = "analytic"};
    result.cropping.multiple = 1;
    result.network = std::make_unique<Man>(layers, features, groups, scale);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"man", matches, build};
}

}  // namespace lamscope::man
