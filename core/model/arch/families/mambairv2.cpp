// SPDX-License-Identifier: GPL-3.0-or-later
// MambaIRv2: Guo et al., "MambaIRv2: Attentive State Space Restoration", CVPR 2025.
#include <algorithm>
#include <cmath>
#include <utility>
#include <variant>

#include <ATen/CPUGeneratorImpl.h>
#include <fmt/format.h>

#include "base/error.h"
#include "model/arch/architecture.h"
#include "model/arch/convolutional_mlp.h"
#include "model/arch/gated_mlp.h"
#include "model/arch/restoration_transformer.h"
#include "model/arch/state_space.h"
#include "model/arch/symmetric_padding.h"
#include "model/arch/transformer_group.h"
#include "model/arch/window_attention.h"
#include "runtime/torch_headers.h"

namespace lamscope::mambairv2 {

namespace {

constexpr const char* firstLayer = "layers.0.residual_group.layers.0.";

/// Numbers of the standard Gumbel distribution for scores [n, tokens, classes], the same for all images of a batch and
/// for all types.
torch::Tensor gumbelNoise(const torch::Tensor& scores, const at::Generator& generator) {
    auto noise = at::empty({1, scores.size(1), scores.size(2)}, torch::kFloat64);
    return -noise.exponential_(1.0, generator).log().to(scores.options().requires_grad(false));
}

/// A scan along the pixels in the order of their classes. What states are read by gets a prompt of the class.
struct AttentiveStateSpace {
    Linear route1;
    Linear route2;
    torch::Tensor classes;  ///< [classes, rank]
    torch::Tensor prompts;  ///< [rank, states]; the prompts of the classes are the product
    Convolution in;
    Convolution position;
    StateSpace space;
    LayerNorm norm;
    Linear out;

    AttentiveStateSpace(LayerBuilder& layers, const std::string& block, std::int64_t features) {
        const auto prefix = block + ".assm";
        const auto hidden = layers.size(prefix + ".route.0.weight", 0);
        const auto count = layers.size(prefix + ".route.2.weight", 0);
        const auto rank = layers.size(prefix + ".embeddingB.weight", 1);
        const auto channels = layers.size(prefix + ".in_proj.0.weight", 0);
        route1 = layers.linear(prefix + ".route.0", features, hidden);
        route2 = layers.linear(prefix + ".route.2", hidden, count);
        classes = layers.tensor(prefix + ".embeddingB.weight", {count, rank});
        prompts = layers.tensor(block + ".embeddingA.weight", {rank, layers.size(prefix + ".selectiveScan.A_logs", 1)});
        in = layers.convolution(prefix + ".in_proj.0", {.in = features, .out = channels, .kernel = 1});
        position = depthwiseConvolution(layers, prefix + ".CPE.0", channels);
        space = StateSpace(layers, prefix + ".selectiveScan", 1, channels);
        norm = layers.layerNorm(prefix + ".out_norm", channels);
        out = layers.linear(prefix + ".out_proj", channels, features);
    }

    /// An undefined `noise` is none.
    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& tokens, const at::Generator& noise) const {
        const auto scores = route2(at::gelu(route1(tokens.flatten(1, 2))));
        const auto shares = at::softmax(noise.defined() ? scores + gumbelNoise(scores, noise) : scores, -1);
        const auto kinds = shares.detach().argmax(-1);
        // The gradient is that of the shares.
        const auto choice = at::one_hot(kinds, shares.size(2)).to(shares.scalar_type()) - shares.detach() + shares;
        // Prompts stay in the order of the image, as published.
        const auto prompt = at::matmul(choice, at::matmul(classes, prompts)).transpose(1, 2).unsqueeze(1);

        const auto projected = in(channelsFirst(tokens));
        const auto image = (projected * at::sigmoid(position(projected))).flatten(2);
        const auto order = at::argsort(kinds, /*stable=*/true, -1, /*descending=*/false);
        const auto sorted = image.gather(2, order.unsqueeze(1).expand_as(image));
        const auto scanned = space(sorted.unsqueeze(1), prompt).squeeze(1).transpose(1, 2);
        const auto result = out(norm(scanned));
        return result.gather(1, order.argsort().unsqueeze(2).expand_as(result)).view(tokens.sizes());
    }
};

/// The light network has the gated kind.
using FeedForward = std::variant<GatedMlp, ConvolutionalMlp>;

FeedForward makeFeedForward(LayerBuilder& layers, const std::string& prefix, std::int64_t features) {
    if (layers.has(prefix + ".sg.conv.weight")) {
        return GatedMlp(layers, prefix, features);
    }
    return ConvolutionalMlp(layers, prefix, features);
}

struct AttentiveBlock {
    LayerNorm norm1;
    WindowAttention attention;
    LayerNorm norm2;
    FeedForward mlp1;
    torch::Tensor skip1;  ///< [features]
    LayerNorm norm3;
    AttentiveStateSpace space;
    LayerNorm norm4;
    FeedForward mlp2;
    torch::Tensor skip2;
    bool shifted;

    AttentiveBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features, std::int64_t offsets,
                   bool isShifted)
        : norm1(layers.layerNorm(prefix + ".norm1", features))
        , norm2(layers.layerNorm(prefix + ".norm2", features))
        , mlp1(makeFeedForward(layers, prefix + ".convffn1", features))
        , skip1(layers.tensor(prefix + ".scale1", {features}))
        , norm3(layers.layerNorm(prefix + ".norm3", features))
        , space(layers, prefix, features)
        , norm4(layers.layerNorm(prefix + ".norm4", features))
        , mlp2(makeFeedForward(layers, prefix + ".convffn2", features))
        , skip2(layers.tensor(prefix + ".scale2", {features}))
        , shifted(isShifted) {
        attention.qkv = layers.linear(prefix + ".wqkv", features, 3 * features);
        attention.proj = layers.linear(prefix + ".win_mhsa.proj", features, features);
        const auto key = prefix + ".win_mhsa.relative_position_bias_table";
        const auto heads = layers.size(key, 1);
        attention.table = layers.tensor(key, {offsets, heads > 0 && features % heads == 0 ? heads : 1});
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x, const WindowGrid& grid,
                                           const at::Generator& noise) const {
        const auto through = [](const FeedForward& mlp, const torch::Tensor& tokens) {
            return std::visit([&](const auto& kind) { return kind(tokens); }, mlp);
        };
        const auto attended = x + attention(norm1(x), grid, shifted);
        const auto y = x * skip1 + attended + through(mlp1, norm2(attended));
        const auto scanned = y + space(norm3(y), noise);
        return y * skip2 + scanned + through(mlp2, norm4(scanned));
    }
};

class MambaIrV2 final : public RestorationTransformer {
public:
    /// `noiseSeed` is above 0 where there is noise.
    MambaIrV2(LayerBuilder& layers, const std::vector<int>& depths, std::int64_t window, std::uint64_t noiseSeed)
        : RestorationTransformer(layers, "patch_embed.norm")
        , window_(window)
        , noiseSeed_(noiseSeed) {
        const auto offsets = (2 * window - 1) * (2 * window - 1);
        for (std::size_t l = 0; l < depths.size(); ++l) {
            const auto name = fmt::format("layers.{}", l);
            std::vector<AttentiveBlock> blocks;
            blocks.reserve(static_cast<std::size_t>(depths[l]));
            for (int d = 0; d < depths[l]; ++d) {
                blocks.emplace_back(layers, fmt::format("{}.residual_group.layers.{}", name, d), features(), offsets,
                                    d % 2 == 1);
            }
            groups_.emplace_back(name, TransformerGroup(std::move(blocks), {layers, name + ".conv", features()}));
        }
    }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        return beginMirrored(lr, window_,
                             [this](const torch::Tensor& padded) { return RestorationTransformer::begin(padded); });
    }
    [[nodiscard]] bool hasSecantRules() const override { return false; }

private:
    [[nodiscard]] torch::Tensor body(torch::Tensor tokens) const override {
        const WindowGrid grid({tokens.size(1), tokens.size(2)}, {window_, window_}, tokens.device());
        // Seeded anew in each evaluation: gradients along a path are those of one function.
        const auto noise = noiseSeed_ > 0 ? at::detail::createCPUGenerator(noiseSeed_) : at::Generator();
        for (const auto& group : groups_) {
            tokens = group(tokens, grid, noise);
        }
        return tokens;
    }

    std::int64_t window_;
    std::uint64_t noiseSeed_;
    std::vector<NamedBlock<TransformerGroup<AttentiveBlock>>> groups_;
};

/// 0: none.
std::uint64_t assumedNoiseSeed(LayerBuilder& layers) {
    constexpr double largest = 1e9;
    const double seed = layers.assumed("noise_seed", 0.0);
    if (!(seed >= 0.0 && seed <= largest && seed == std::floor(seed))) {
        throw Error(
            ErrorCode::InvalidArgument,
            fmt::format("noise_seed={}: a seed is a whole number from 1 to {}; 0 leaves the noise out", seed, largest));
    }
    return static_cast<std::uint64_t>(seed);
}

bool matches(const LayerBuilder& layers) {
    return layers.has(fmt::format("{}assm.route.0.weight", firstLayer));
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto table = fmt::format("{}win_mhsa.relative_position_bias_table", firstLayer);
    const auto window = std::max<std::int64_t>(windowOfTable(layers, table), 1);
    const auto depths = depthsOfGroups(layers, "residual_group.layers");
    const bool isLight = layers.has(fmt::format("{}convffn1.sg.conv.weight", firstLayer));
    layers.ignore([](const std::string& key) {
        return key == "relative_position_index_SA" || key.ends_with(".attn_mask") || key == "attn_mask";
    });
    const auto seed = assumedNoiseSeed(layers);
    auto result = describeTransformer(std::make_unique<MambaIrV2>(layers, depths, window, seed),
                                      isLight ? "MambaIRv2-light" : "MambaIRv2", layers, depths);
    const auto sizeOf = [&](const std::string& key, std::size_t dim) {
        return std::to_string(layers.size(firstLayer + key, dim));
    };
    result.hyperparameters.emplace_back("heads", std::to_string(layers.size(table, 1)));
    result.hyperparameters.emplace_back("window", std::to_string(window));
    result.hyperparameters.emplace_back("states", sizeOf("assm.selectiveScan.A_logs", 1));
    result.hyperparameters.emplace_back("classes", sizeOf("assm.embeddingB.weight", 0));
    result.hyperparameters.emplace_back("inner rank", sizeOf("assm.embeddingB.weight", 1));
    result.minimumSide = smallestMirroredSide(static_cast<int>(window));
    result.receptiveField = {
        .global = true, .radius = std::nullopt, .evidence = "analytic: a scan runs through the whole image"};
    result.routing = "each scan visits the pixels in the order of their classes, the arg max of a learned score";
    result.randomness = fmt::format(
        "the original adds Gumbel noise to the scores of the classes in every evaluation, each time another; here {}",
        seed == 0 ? "there is none" : fmt::format("it is that of seed {} in all of them", seed));
    return result;
}

}  // namespace

Architecture architecture() {
    return {"mambairv2", matches, build};
}

}  // namespace lamscope::mambairv2
