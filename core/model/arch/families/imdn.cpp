// SPDX-License-Identifier: GPL-3.0-or-later
// IMDN: Hui et al., "Lightweight Image Super-Resolution with Information Multi-distillation Network", ACM MM 2019; with
// the authors' variants for images of any degradation (IMDN_AS) and for phones (IMDN_RTC), and the one of the AIM 2019
// challenge in the form of KAIR (Zhang et al.).
#include <algorithm>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "model/arch/attention.h"
#include "model/arch/distillation_network.h"
#include "runtime/torch_headers.h"

namespace lamscope::imdn {

namespace {

enum class Form {
    Original,
    Strided,  ///< IMDN_AS: two convolutions of stride 2 come first
    Aim,      ///< KAIR: neither channel attention nor a fusion of all blocks; one residual around the body
    Mobile,   ///< IMDN_RTC: the same under other names, and narrow
};

Form formOf(const LayerBuilder& layers) {
    if (layers.has("model.1.sub.0.conv1x1.weight")) {
        return Form::Aim;
    }
    if (layers.has("model.1.sub.0.c1.weight")) {
        return Form::Mobile;
    }
    return layers.has("fea_conv.2.weight") ? Form::Strided : Form::Original;
}

/// By how much the first features of IMDN_AS are coarser than the LR.
constexpr int stridedReduction = 4;

struct DistillationBlock {
    double slope = 0.0;
    std::int64_t distilled = 0;
    std::vector<Convolution> splitting;
    Convolution last;
    std::optional<ContrastChannelAttention> attention;
    Convolution fuse;

    DistillationBlock(LayerBuilder& layers, const std::string& prefix, Form form, std::int64_t features,
                      double negativeSlope)
        : slope(negativeSlope) {
        const bool isAim = form == Form::Aim;
        const auto lastName = prefix + (isAim ? ".conv4" : ".c4");
        distilled = layers.size(lastName + ".weight", 0);
        const auto remaining = features - distilled;
        for (int i = 1; i <= 3; ++i) {
            const auto name = isAim ? fmt::format("{}.conv{}.0", prefix, i) : fmt::format("{}.c{}", prefix, i);
            splitting.push_back(layers.convolution(name, {.in = i == 1 ? features : remaining, .out = features}));
        }
        last = layers.convolution(lastName, {.in = remaining, .out = distilled});
        if (form == Form::Original || form == Form::Strided) {
            attention = ContrastChannelAttention(layers, prefix + ".cca.conv_du", features);
        }
        fuse = layers.convolution(prefix + (isAim ? ".conv1x1" : ".c5"),
                                  {.in = 4 * distilled, .out = features, .kernel = 1});
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        std::vector<torch::Tensor> kept;
        auto rest = x;
        for (const auto& convolution : splitting) {
            auto y = leakyRelu(convolution(rest), slope);
            const auto parts = y.split_with_sizes({distilled, y.size(1) - distilled}, 1);
            kept.push_back(parts[0]);
            rest = parts[1];
        }
        kept.push_back(last(rest));
        const auto all = at::cat(kept, 1);
        return fuse(attention ? (*attention)(all) : all) + x;
    }
};

using Parts = DistillationParts<DistillationBlock>;

/// The original and IMDN_AS.
Parts makeFusing(LayerBuilder& layers, Form form, std::int64_t features, int blocks, double slope) {
    Parts parts;
    int scale = scaleOfPixelShuffle(layers, "upsampler.0.weight");
    if (form == Form::Strided) {
        parts.reduction = stridedReduction;
        scale = std::max(scale / stridedReduction, 1) * stridedReduction;
        parts.first = [slope, first = layers.convolution("fea_conv.0", {.in = 3, .out = features, .stride = 2}),
                       second = layers.convolution("fea_conv.2", {.in = features, .out = features, .stride = 2})](
                          const torch::Tensor& x) { return second(leakyRelu(first(x), slope)); };
    } else {
        parts.first = layers.convolution("fea_conv", {.in = 3, .out = features});
    }
    for (int i = 1; i <= blocks; ++i) {
        parts.blocks.emplace_back(layers, fmt::format("IMDB{}", i), form, features, slope);
    }
    parts.fusion = {.convolution = layers.convolution("c.0", {.in = blocks * features, .out = features, .kernel = 1}),
                    .activation = [slope](torch::Tensor&& x) { return leakyRelu(std::move(x), slope); }};
    parts.tail = makeShuffleTail(layers, "LR_conv", "upsampler.0", features, scale);
    return parts;
}

/// The forms whose layers are numbered in a row.
Parts makeNumbered(LayerBuilder& layers, Form form, std::int64_t features, int blocks, std::int64_t lastKernel,
                   double slope) {
    Parts parts;
    const int scale = scaleOfPixelShuffle(layers, "model.2.weight");
    parts.first = layers.convolution("model.0", {.in = 3, .out = features});
    for (int i = 0; i < blocks; ++i) {
        parts.blocks.emplace_back(layers, fmt::format("model.1.sub.{}", i), form, features, slope);
    }
    parts.tail = {.last = {layers.convolution(fmt::format("model.1.sub.{}", blocks),
                                              {.in = features, .out = features, .kernel = lastKernel})},
                  .upsampler = layers.convolution("model.2", {.in = features, .out = 3L * scale * scale}),
                  .scale = scale};
    return parts;
}

bool matches(const LayerBuilder& layers) {
    return layers.has("IMDB1.c1.weight") || layers.has("model.1.sub.0.conv1x1.weight")
           || layers.has("model.1.sub.0.c1.weight");
}

BuiltNetwork buildFusing(LayerBuilder& layers, Form form, double slope) {
    const bool isStrided = form == Form::Strided;
    const auto features = layers.size(isStrided ? "fea_conv.0.weight" : "fea_conv.weight", 0);
    const int blocks = std::max(layers.countAfter("IMDB") - 1, 0);
    auto parts = makeFusing(layers, form, features, blocks, slope);
    BuiltNetwork result;
    result.name = isStrided ? "IMDN_AS" : "IMDN";
    result.hyperparameters = {{"features", std::to_string(features)}, {"blocks", std::to_string(blocks)}};
    result.scales = {parts.tail.scale / parts.reduction};
    result.sizeMultiple = parts.reduction;
    result.receptiveField = {
        .global = true, .radius = std::nullopt, .evidence = "analytic: contrast-aware channel attention"};
    result.network = std::make_unique<DistillationNetwork<DistillationBlock>>(std::move(parts));
    return result;
}

BuiltNetwork buildNumbered(LayerBuilder& layers, Form form, double slope) {
    const auto features = layers.size("model.0.weight", 0);
    const int blocks = std::max(layers.countAfter("model.1.sub.") - 1, 0);
    const int lastKernel = layers.size(fmt::format("model.1.sub.{}.weight", blocks), 2) == 1 ? 1 : 3;
    auto parts = makeNumbered(layers, form, features, blocks, lastKernel, slope);
    BuiltNetwork result;
    result.name = form == Form::Mobile ? "IMDN_RTC" : "IMDN";
    result.hyperparameters = {{"features", std::to_string(features)}, {"blocks", std::to_string(blocks)}};
    result.scales = {parts.tail.scale};
    // Four 3x3 convolutions a block, the first one, the one behind the blocks, and the upsampler's.
    result.receptiveField = {.global = false, .radius = 4 * blocks + 2 + lastKernel / 2, .evidence = "analytic"};
    result.cropping.multiple = 1;
    result.network = std::make_unique<DistillationNetwork<DistillationBlock>>(std::move(parts));
    return result;
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto form = formOf(layers);
    const double slope = layers.assumed("slope", 0.05);
    auto result = form == Form::Aim || form == Form::Mobile ? buildNumbered(layers, form, slope)
                                                            : buildFusing(layers, form, slope);
    result.defaultRange = 1.0;
    return result;
}

}  // namespace

Architecture architecture() {
    return {"imdn", matches, build};
}

}  // namespace lamscope::imdn
