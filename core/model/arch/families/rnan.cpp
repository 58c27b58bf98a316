// SPDX-License-Identifier: GPL-3.0-or-later
// RNAN: Zhang et al., "Residual Non-local Attention Networks for Image Restoration", ICLR 2019.
#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "model/arch/residual_blocks.h"
#include "runtime/torch_headers.h"

namespace lamscope::rnan {

namespace {

/// Every pixel is a sum over all pixels, whose weights the authors' class normalises over the pixels that receive, not
/// over those that give.
struct NonLocalBlock {
    Convolution theta;
    Convolution phi;
    Convolution g;
    Convolution output;

    NonLocalBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features) {
        const auto inner = layers.size(prefix + ".theta.weight", 0);
        theta = layers.convolution(prefix + ".theta", {.in = features, .out = inner, .kernel = 1});
        phi = layers.convolution(prefix + ".phi", {.in = features, .out = inner, .kernel = 1});
        g = layers.convolution(prefix + ".g", {.in = features, .out = inner, .kernel = 1});
        output = layers.convolution(prefix + ".W", {.in = inner, .out = features, .kernel = 1});
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        // [n, giving pixels, receiving pixels]: the softmax runs along memory.
        const auto weights = at::softmax(at::matmul(phi(x).flatten(2).transpose(1, 2), theta(x).flatten(2)), -1);
        const auto values = g(x).flatten(2);
        return output(at::matmul(values, weights).view({x.size(0), values.size(1), x.size(2), x.size(3)})) + x;
    }
};

ResidualBlock residualBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features) {
    return {layers, prefix + ".body.0", prefix + ".body.2", features};
}

/// The mask: features of half the resolution and back, in (0, 1); with a non-local block before them in the outer
/// groups.
struct MaskBranch {
    std::optional<NonLocalBlock> nonLocal;
    ResidualBlock first;
    Convolution down;
    ResidualBlock low1;
    ResidualBlock low2;
    TransposedConvolution up;
    ResidualBlock third;
    Convolution last;

    MaskBranch(LayerBuilder& layers, const std::string& prefix, std::int64_t features, bool isNonLocal)
        : first(residualBlock(layers, fmt::format("{}.MB_RB1.{}", prefix, isNonLocal ? 1 : 0), features))
        , down(layers.convolution(prefix + ".MB_Down.0", {.in = features, .out = features, .stride = 2}))
        , low1(residualBlock(layers, prefix + ".MB_RB2.0", features))
        , low2(residualBlock(layers, prefix + ".MB_RB2.1", features))
        , up(layers.transposedConvolution(prefix + ".MB_Up.0",
                                          {.in = features, .out = features, .kernel = 6, .stride = 2, .padding = 2}))
        , third(residualBlock(layers, prefix + ".MB_RB3.0", features))
        , last(layers.convolution(prefix + ".MB_1x1conv.0", {.in = features, .out = features, .kernel = 1})) {
        if (isNonLocal) {
            nonLocal.emplace(layers, prefix + ".MB_RB1.0", features);
        }
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        const auto y = first(nonLocal ? (*nonLocal)(x) : x);
        return at::sigmoid(last(third(up(low2(low1(down(y)))) + y)));
    }
};

/// A trunk of residual blocks gated by the mask, between residual blocks, and a convolution.
struct AttentionGroup {
    ResidualBlock first;
    ResidualBlock trunk1;
    ResidualBlock trunk2;
    MaskBranch mask;
    ResidualBlock tail1;
    ResidualBlock tail2;
    Convolution last;

    AttentionGroup(LayerBuilder& layers, const std::string& prefix, std::int64_t features, bool isNonLocal)
        : first(residualBlock(layers, prefix + ".body.0.RA_RB1.0", features))
        , trunk1(residualBlock(layers, prefix + ".body.0.RA_TB.0.body.0", features))
        , trunk2(residualBlock(layers, prefix + ".body.0.RA_TB.0.body.1", features))
        , mask(layers, prefix + ".body.0.RA_MB.0", features, isNonLocal)
        , tail1(residualBlock(layers, prefix + ".body.0.RA_tail.0", features))
        , tail2(residualBlock(layers, prefix + ".body.0.RA_tail.1", features))
        , last(layers.convolution(prefix + ".body.1", {.in = features, .out = features})) {}

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        const auto y = first(x);
        return last(tail2(tail1(trunk2(trunk1(y)) * mask(y) + y)));
    }
};

class Rnan final : public NativeNetwork {
public:
    Rnan(LayerBuilder& layers, std::int64_t features, int localGroups)
        : subtractMean_(makeMeanShift(layers, "sub_mean"))
        , head_(layers.convolution("head.0", {.in = 3, .out = features}))
        , last_(layers.convolution(fmt::format("body.{}", localGroups), {.in = features, .out = features}))
        , tail_(layers, features) {
        groups_.emplace_back(layers, "body_nl_low.0", features, true);
        for (int i = 0; i < localGroups; ++i) {
            groups_.emplace_back(layers, fmt::format("body.{}", i), features, false);
        }
        highGroup_.emplace(layers, "body_nl_high.0", features, true);
    }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        const auto x = head_(subtractMean_(lr));
        auto y = x;
        for (const auto& group : groups_) {
            y = group(y);
        }
        return tail_((*highGroup_)(last_(y)) + x);
    }

private:
    Convolution subtractMean_;
    Convolution head_;
    std::vector<NamedBlock<AttentionGroup>> groups_;
    Convolution last_;
    std::optional<NamedBlock<AttentionGroup>> highGroup_;
    EdsrTail tail_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has("body_nl_low.0.body.0.RA_RB1.0.body.0.weight");
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto features = layers.size("head.0.weight", 0);
    const int localGroups = std::max(layers.countAfter("body.") - 1, 0);  // a convolution comes last
    constexpr int nonLocalGroups = 2;
    BuiltNetwork result;
    result.name = "RNAN";
    result.hyperparameters = {{"features", std::to_string(features)},
                              {"residual groups", std::to_string(localGroups + nonLocalGroups)}};
    result.scales = {scaleOfEdsrTail(layers)};
    result.defaultRange = 255.0;
    result.mean = meanOfShift(layers, "sub_mean.bias", 255.0);
    result.sizeMultiple = 2;
    result.receptiveField = {
        .global = true, .radius = std::nullopt, .evidence = "analytic: non-local attention over the whole image"};
    result.network = std::make_unique<Rnan>(layers, features, localGroups);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"rnan", matches, build};
}

}  // namespace lamscope::rnan
