// SPDX-License-Identifier: GPL-3.0-or-later
// PLKSR: Lee et al., "Partial Large Kernel CNNs for Efficient Super-Resolution", 2024; and RealPLKSR, its successor in
// the package neosr, with Mish and normalised blocks.
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "model/arch/architecture.h"
#include "model/arch/dysample.h"
#include "model/arch/restoration_transformer.h"
#include "runtime/torch_headers.h"

namespace lamscope::plksr {

namespace {

/// A convolution whose kernel need not be square, of as many channels as go in.
Convolution rectangular(LayerBuilder& layers, const std::string& prefix, std::int64_t channels) {
    const auto key = prefix + ".weight";
    Convolution layer;
    layer.name = prefix;
    layer.weight = layers.tensor(key, {channels, channels, layers.size(key, 2), layers.size(key, 3)});
    layer.bias = layers.tensor(prefix + ".bias", {channels});
    return layer;
}

/// Zeros around an image, so that a rectangular convolution keeps its size.
torch::Tensor padded(const torch::Tensor& x, const Convolution& layer) {
    const auto vertical = layer.weight.size(2) / 2;
    const auto horizontal = layer.weight.size(3) / 2;
    return at::constant_pad_nd(x, {horizontal, horizontal, vertical, vertical});
}

/// A wide convolution of the first channels alone: one kernel, two strips and a square, or several
/// dilated ones; what they give is added up.
struct PartialLargeKernel {
    std::vector<Convolution> square;
    std::vector<Convolution> strips;
    std::int64_t channels = 0;
    int radius = 0;

    PartialLargeKernel(LayerBuilder& layers, const std::string& prefix) {
        if (layers.has(prefix + ".mn_conv.weight")) {
            channels = layers.size(prefix + ".mn_conv.weight", 0);
            for (const auto* name : {".mn_conv", ".nm_conv"}) {
                strips.push_back(rectangular(layers, prefix + name, channels));
            }
            square.push_back(layers.convolution(prefix + ".nn_conv", ofKernel(layers, prefix + ".nn_conv", 1)));
            radius = static_cast<int>(layers.size(prefix + ".mn_conv.weight", 2) / 2);
            return;
        }
        if (!layers.has(prefix + ".convs.0.weight")) {
            channels = layers.size(prefix + ".conv.weight", 0);
            square.push_back(layers.convolution(prefix + ".conv", ofKernel(layers, prefix + ".conv", 1)));
            radius = static_cast<int>(layers.size(prefix + ".conv.weight", 2) / 2);
            return;
        }
        channels = layers.size(prefix + ".convs.0.weight", 0);
        const auto dilations = layers.assumed("dilation", publishedDilations(layers, prefix));
        for (std::size_t i = 0; i < dilations.size(); ++i) {
            const auto name = fmt::format("{}.convs.{}", prefix, i);
            const auto dilation = static_cast<std::int64_t>(dilations[i]);
            if (dilation < 1 || dilations[i] != std::floor(dilations[i])) {
                throw Error(
                    ErrorCode::InvalidArgument,
                    fmt::format("dilation={}: dilations are whole numbers from 1 on", fmt::join(dilations, "/")));
            }
            const auto shape = ofKernel(layers, name, dilation);
            radius = std::max(radius, static_cast<int>(shape.kernel / 2 * dilation));
            square.push_back(layers.convolution(name, shape));
        }
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        const auto first = x.narrow(1, 0, channels);
        auto y = square.front()(first);
        for (std::size_t i = 1; i < square.size(); ++i) {
            y = y + square[i](first);
        }
        for (const auto& strip : strips) {
            y = y + strip(padded(first, strip));
        }
        return at::cat({y, x.narrow(1, channels, x.size(1) - channels)}, 1);
    }

private:
    [[nodiscard]] ConvolutionShape ofKernel(const LayerBuilder& layers, const std::string& prefix,
                                            std::int64_t dilation) const {
        return {.in = channels, .out = channels, .kernel = layers.size(prefix + ".weight", 2), .dilation = dilation};
    }

    /// 1, 2, 3, …; the largest kernel, where it comes last, is not dilated.
    static std::vector<double> publishedDilations(const LayerBuilder& layers, const std::string& prefix) {
        const int count = layers.countAfter(prefix + ".convs.");
        const auto kernel = [&](int i) { return layers.size(fmt::format("{}.convs.{}.weight", prefix, i), 2); };
        std::vector<double> dilations;
        for (int i = 0; i < count; ++i) {
            const bool isLargest = i > 0 && i + 1 == count && kernel(i) > kernel(i - 1);
            dilations.push_back(isLargest ? 1.0 : i + 1.0);
        }
        return dilations;
    }
};

torch::Tensor gelu(const torch::Tensor& x) {
    return at::gelu(x);
}

struct LargeKernelBlock {
    std::optional<LayerNorm> layerNorm;  ///< over the channels of every pixel, before all
    Convolution widen;
    Convolution narrow;
    torch::Tensor (*activation)(const torch::Tensor&) = nullptr;
    PartialLargeKernel largeKernel;
    std::optional<Convolution> attention;  ///< element-wise
    Convolution refine;
    std::optional<LayerNorm> groupNorm;  ///< its weights; over groups of channels of the image, after all
    std::int64_t groups = 1;
    std::int64_t radius = 0;

    LargeKernelBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features, bool isReal)
        : activation(isReal ? at::mish : gelu)
        , largeKernel(layers, prefix + ".lk") {
        if (layers.has(prefix + ".layer_norm.weight")) {
            constexpr double epsilon = 1e-6;
            layerNorm = layers.layerNorm(prefix + ".layer_norm", features, epsilon);
        }
        const auto mixer = prefix + (isReal ? ".channel_mixer" : ".channe_mixer");
        const auto wide = layers.size(mixer + ".0.weight", 0);
        const auto widenKernel = layers.size(mixer + ".0.weight", 2);
        const auto narrowKernel = layers.size(mixer + ".2.weight", 2);
        widen = layers.convolution(mixer + ".0", {.in = features, .out = wide, .kernel = widenKernel});
        narrow = layers.convolution(mixer + ".2", {.in = wide, .out = features, .kernel = narrowKernel});
        radius = widenKernel / 2 + narrowKernel / 2 + largeKernel.radius;
        if (layers.has(prefix + ".attn.f.0.weight")) {
            attention = layers.convolution(prefix + ".attn.f.0", {.in = features, .out = features});
            radius += 1;
        }
        refine = layers.convolution(prefix + ".refine", {.in = features, .out = features, .kernel = 1});
        if (isReal && !layerNorm) {
            groupNorm = layers.layerNorm(prefix + ".norm", features);
            groups = groupsOfNorm(layers, features);
        }
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        auto y = layerNorm ? channelsFirst((*layerNorm)(channelsLast(x))) : x;
        y = largeKernel(narrow(activation(widen(y))));
        if (attention) {
            y = y * at::sigmoid((*attention)(y));
        }
        y = refine(y);
        if (groupNorm) {
            y = at::group_norm(y, groups, groupNorm->weight, groupNorm->bias, groupNorm->epsilon);
        }
        return y + x;
    }

private:
    static std::int64_t groupsOfNorm(LayerBuilder& layers, std::int64_t features) {
        constexpr double published = 4.0;
        const double given = layers.assumed("norm_groups", published);
        const bool isWhole = given >= 1.0 && given == std::floor(given) && given <= static_cast<double>(features);
        const bool divides = isWhole && features % static_cast<std::int64_t>(given) == 0;
        if (!divides && given != published && features > 0) {
            throw Error(
                ErrorCode::InvalidArgument,
                fmt::format("norm_groups={}: the {} features are not divisible into so many groups", given, features));
        }
        return divides ? static_cast<std::int64_t>(given) : 1;  // features that 4 does not divide are of no such file
    }
};

struct Shape {
    std::int64_t features = 0;
    int blocks = 0;
    int scale = 1;
    bool isReal = false;  ///< RealPLKSR; its layer before the last is a dropout, without weights
    std::string last;
    bool samples = false;  ///< ends in a DySample
};

Shape shapeOf(const LayerBuilder& layers) {
    Shape shape;
    shape.features = layers.size("feats.0.weight", 0);
    shape.isReal = layers.has("feats.1.channel_mixer.0.weight");
    shape.blocks = std::max(layers.countAfter("feats.") - 2, 0);  // without the first convolution and the last
    shape.last = fmt::format("feats.{}", shape.blocks + (shape.isReal ? 2 : 1));
    shape.scale = scaleOfPixelShuffle(layers, shape.last + ".weight");
    shape.samples = layers.has("to_img.offset.weight");
    return shape;
}

class Plksr final : public NativeNetwork {
public:
    Plksr(LayerBuilder& layers, const Shape& shape)
        : scale_(shape.scale) {
        first_ = layers.convolution("feats.0", {.in = 3, .out = shape.features});
        for (int i = 1; i <= shape.blocks; ++i) {
            blocks_.emplace_back(layers, fmt::format("feats.{}", i), shape.features, shape.isReal);
        }
        const auto colours = 3L * shape.scale * shape.scale;
        last_ = layers.convolution(shape.last, {.in = shape.features, .out = colours});
        if (shape.samples) {
            const auto groups = groupsOfDySample(layers, "to_img", shape.scale);
            sample_.emplace(layers, "to_img", colours, groups > 0 && colours % groups == 0 ? groups : 0, shape.scale);
        }
    }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        auto x = first_(lr);
        for (const auto& block : blocks_) {
            x = block(x);
        }
        if (sample_) {
            const auto repeats = std::int64_t{scale_} * scale_;
            return (*sample_)(last_(x) + at::repeat_interleave(lr, repeats, 1));
        }
        return makeTrunk(x, [this, lr, x](const Crop& crop) {
            return at::pixel_shuffle(last_(crop(x)), scale_) + enlargeNearest(crop(lr), scale_);
        });
    }

    [[nodiscard]] int radius() const {
        std::int64_t all = 2 + (sample_ ? DySample::reach : 0);
        for (const auto& block : blocks_) {
            all += block.block.radius;
        }
        return static_cast<int>(all);
    }

    [[nodiscard]] bool isGlobal() const {
        return std::ranges::any_of(blocks_, [](const auto& block) { return block.block.groupNorm.has_value(); });
    }

private:
    int scale_;
    Convolution first_;
    std::vector<NamedBlock<LargeKernelBlock>> blocks_;
    Convolution last_;
    std::optional<DySample> sample_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has("feats.1.channe_mixer.0.weight")
           || (layers.has("feats.1.channel_mixer.0.weight") && layers.has("feats.1.lk.conv.weight"));
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto shape = shapeOf(layers);
    auto network = std::make_unique<Plksr>(layers, shape);
    BuiltNetwork result;
    result.name = shape.isReal ? "RealPLKSR" : "PLKSR";
    result.hyperparameters = {{"features", std::to_string(shape.features)},
                              {"blocks", std::to_string(shape.blocks)},
                              {"upsampler", shape.samples ? "DySample" : "pixelshuffle"}};
    result.scales = {shape.scale};
    result.defaultRange = 1.0;
    if (network->isGlobal()) {
        result.receptiveField = {.global = true, .radius = std::nullopt, .evidence = "analytic: group normalisation"};
    } else {
        result.receptiveField = {.global = false, .radius = network->radius(), .evidence = "analytic"};
        result.cropping.multiple = 1;
    }
    result.network = std::move(network);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"plksr", matches, build};
}

}  // namespace lamscope::plksr
