// SPDX-License-Identifier: GPL-3.0-or-later
// MambaIR: Guo et al., "MambaIR: A Simple Baseline for Image Restoration with State-Space Model", ECCV 2024.
#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "model/arch/convolutional_mlp.h"
#include "model/arch/residual_blocks.h"
#include "model/arch/restoration_transformer.h"
#include "model/arch/state_space.h"
#include "model/arch/transformer_group.h"
#include "runtime/torch_headers.h"

namespace lamscope::mambair {

namespace {

constexpr const char* firstBlock = "layers.0.residual_group.blocks.0";

/// A scan of the image in four orders: by rows, by columns, and both backwards.
struct FourWayScan {
    Linear in;
    Convolution convolution;
    StateSpace space;
    LayerNorm norm;
    Linear out;

    FourWayScan(LayerBuilder& layers, const std::string& prefix, std::int64_t features) {
        constexpr std::int64_t ways = 4;
        const auto channels = layers.size(prefix + ".out_norm.weight", 0);
        in = layers.linear(prefix + ".in_proj", features, 2 * channels, /*bias=*/false);
        convolution = depthwiseConvolution(layers, prefix + ".conv2d", channels);
        space = StateSpace(layers, prefix, ways, channels);
        norm = layers.layerNorm(prefix + ".out_norm", channels);
        out = layers.linear(prefix + ".out_proj", channels, features, /*bias=*/false);
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& tokens) const {
        const auto halves = in(tokens).chunk(2, -1);
        const auto image = at::silu(convolution(channelsFirst(halves[0])));
        const auto rows = image.flatten(2);
        const auto columns = image.transpose(2, 3).flatten(2);
        const auto scanned = space(at::stack({rows, columns, rows.flip({2}), columns.flip({2})}, 1)).unbind(1);
        const auto ofRows = (scanned[0] + scanned[2].flip({2})).view(image.sizes());
        const auto ofColumns = (scanned[1] + scanned[3].flip({2})).view(image.transpose(2, 3).sizes());
        const auto sum = ofRows + ofColumns.transpose(2, 3);
        return out(norm(channelsLast(sum)) * at::silu(halves[1]));
    }
};

/// Convolutions with channel attention; the light network has depthwise ones between pixelwise ones.
struct ConvolutionBlock {
    std::vector<Convolution> before;  ///< the activation
    std::vector<Convolution> after;
    ChannelAttention attention;

    ConvolutionBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features) {
        const auto name = [&](int i) { return fmt::format("{}.{}", prefix, i); };
        const auto reduced = layers.size(prefix + ".0.weight", 0);
        const bool isLight = layers.has(prefix + ".1.weight");
        if (isLight) {
            before = {layers.convolution(name(0), {.in = features, .out = reduced, .kernel = 1}),
                      depthwiseConvolution(layers, name(1), reduced)};
            after = {
                layers.convolution(name(3), {.in = reduced, .out = features, .kernel = 1}),
                layers.convolution(
                    name(4),
                    {.in = features, .out = features, .dilation = 2, .groups = std::max<std::int64_t>(features, 1)})};
        } else {
            before = {layers.convolution(name(0), {.in = features, .out = reduced})};
            after = {layers.convolution(name(2), {.in = reduced, .out = features})};
        }
        const auto pooled = name(isLight ? 5 : 3) + ".attention";
        attention = ChannelAttention(layers, pooled + ".1", pooled + ".3", features);
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& image) const {
        return attention(applyChain(after, at::gelu(applyChain(before, image))));
    }
};

struct ScanBlock {
    LayerNorm norm1;
    FourWayScan scan;
    torch::Tensor skip1;  ///< [features]
    LayerNorm norm2;
    ConvolutionBlock convolutions;
    torch::Tensor skip2;

    ScanBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features)
        : norm1(layers.layerNorm(prefix + ".ln_1", features))
        , scan(layers, prefix + ".self_attention", features)
        , skip1(layers.tensor(prefix + ".skip_scale", {features}))
        , norm2(layers.layerNorm(prefix + ".ln_2", features))
        , convolutions(layers, prefix + ".conv_blk.cab", features)
        , skip2(layers.tensor(prefix + ".skip_scale2", {features})) {}

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        const auto y = x * skip1 + scan(norm1(x));
        return y * skip2 + channelsLast(convolutions(channelsFirst(norm2(y))));
    }
};

class MambaIr final : public RestorationTransformer {
public:
    MambaIr(LayerBuilder& layers, const std::vector<int>& depths)
        : RestorationTransformer(layers, "patch_embed.norm") {
        for (std::size_t l = 0; l < depths.size(); ++l) {
            const auto name = fmt::format("layers.{}", l);
            std::vector<ScanBlock> blocks;
            blocks.reserve(static_cast<std::size_t>(depths[l]));
            for (int b = 0; b < depths[l]; ++b) {
                blocks.emplace_back(layers, fmt::format("{}.residual_group.blocks.{}", name, b), features());
            }
            groups_.emplace_back(name, TransformerGroup(std::move(blocks), {layers, name + ".conv", features()}));
        }
    }

private:
    [[nodiscard]] torch::Tensor body(torch::Tensor tokens) const override {
        for (const auto& group : groups_) {
            tokens = group(tokens);
        }
        return tokens;
    }

    std::vector<NamedBlock<TransformerGroup<ScanBlock>>> groups_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has(fmt::format("{}.self_attention.A_logs", firstBlock));
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto depths = depthsOfGroups(layers, "residual_group.blocks");
    auto result = describeTransformer(std::make_unique<MambaIr>(layers, depths), "MambaIR", layers, depths);
    const auto scan = fmt::format("{}.self_attention.", firstBlock);
    const auto features = std::max<std::int64_t>(layers.size("conv_first.weight", 0), 1);
    const auto channels = layers.size(scan + "out_norm.weight", 0);
    result.hyperparameters.emplace_back("states", std::to_string(layers.size(scan + "A_logs", 1)));
    result.hyperparameters.emplace_back(
        "expansion", fmt::format("{:.3g}", static_cast<double>(channels) / static_cast<double>(features)));
    result.receptiveField = {
        .global = true, .radius = std::nullopt, .evidence = "analytic: a scan runs through the whole image"};
    return result;
}

}  // namespace

Architecture architecture() {
    return {"mambair", matches, build};
}

}  // namespace lamscope::mambair
