// SPDX-License-Identifier: GPL-3.0-or-later
// SAN: Dai et al., "Second-order Attention Network for Single Image Super-Resolution", CVPR 2019.
#include <algorithm>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "model/arch/attention.h"
#include "model/arch/residual_blocks.h"
#include "runtime/torch_headers.h"

namespace lamscope::san {

namespace {

/// Square root of symmetric positive semidefinite matrices [n, c, c] by the coupled Newton-Schulz iteration of
/// iSQRT-COV (Li et al., CVPR 2018).
torch::Tensor squareRoot(const torch::Tensor& matrix) {
    constexpr int innerUpdates = 3;  // 5 iterations with the first and the last, which need only one of the two factors
    // Features that are constant in every channel have the zero matrix, which the division leaves as it is then. Below
    // the bound, the derivative of the quotient would overflow float32.
    constexpr double smallestTrace = 1e-30;
    const auto trace = matrix.diagonal(0, 1, 2).sum(-1).view({-1, 1, 1});
    const auto norm = at::where(trace > smallestTrace, trace, at::ones_like(trace));
    const auto identity3 = 3.0 * at::eye(matrix.size(1), matrix.options());
    const auto step = [&](const torch::Tensor& product) { return 0.5 * (identity3 - product); };
    const auto a = matrix / norm;
    auto z = step(a);
    auto y = at::matmul(a, z);
    for (int i = 0; i < innerUpdates; ++i) {
        const auto t = step(at::matmul(z, y));
        y = at::matmul(y, t);
        z = at::matmul(t, z);
    }
    return at::matmul(y, step(at::matmul(z, y))) * norm.sqrt();
}

/// Covariance [n, c, c] of the channels over all pixels of [n, c, h, w], or over the central ones of a large image.
torch::Tensor covariance(const torch::Tensor& x) {
    constexpr std::int64_t longestSide = 1000;
    auto part = x;
    for (const int dim : {2, 3}) {
        const auto side = std::min(part.size(dim), longestSide);
        part = part.narrow(dim, (part.size(dim) - side) / 2, side);
    }
    const auto pixels = part.flatten(2);
    const auto centred = pixels - pixels.mean(2, /*keepdim=*/true);
    return at::matmul(centred, centred.transpose(1, 2)) / static_cast<double>(pixels.size(2));
}

/// Channel attention with the square root of the covariance, averaged over its rows, in the place of the average.
torch::Tensor attendSecondOrder(const ChannelAttention& attention, const torch::Tensor& x) {
    const auto statistic = squareRoot(covariance(x)).mean(1).unsqueeze(-1).unsqueeze(-1);
    return x * at::sigmoid(attention.excite(relu(attention.squeeze(statistic))));
}

struct ResidualGroup {
    std::vector<ResidualBlock> blocks;
    ChannelAttention attention;
    Convolution last;

    ResidualGroup(LayerBuilder& layers, const std::string& prefix, std::int64_t features)
        : attention(layers, prefix + ".soca.conv_du.0", prefix + ".soca.conv_du.2", features)
        , last(layers.convolution(prefix + ".conv_last", {.in = features, .out = features})) {
        const int count = layers.countAfter(prefix + ".rcab.");
        for (int r = 0; r < count; ++r) {
            const auto block = fmt::format("{}.rcab.{}.conv_first", prefix, r);
            blocks.emplace_back(layers, block + ".0", block + ".2", features);
        }
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        auto y = x;
        for (const auto& block : blocks) {
            y = block(y);
        }
        return last(attendSecondOrder(attention, y)) + x;
    }
};

/// Non-local block on keys and values of half the resolution, for every quadrant of the image by itself.
struct RegionNonLocal {
    Convolution theta;
    Convolution phi;
    Convolution g;
    Convolution output;

    RegionNonLocal() = default;
    RegionNonLocal(LayerBuilder& layers, const std::string& prefix, std::int64_t features) {
        const auto inner = layers.size(prefix + ".theta.weight", 0);
        theta = layers.convolution(prefix + ".theta", {.in = features, .out = inner, .kernel = 1});
        phi = layers.convolution(prefix + ".phi.0", {.in = features, .out = inner, .kernel = 1});
        g = layers.convolution(prefix + ".g.0", {.in = features, .out = inner, .kernel = 1});
        output = layers.convolution(prefix + ".W", {.in = inner, .out = features, .kernel = 1});
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        const auto middle = x.size(2) / 2;
        return at::cat({row(x.narrow(2, 0, middle)), row(x.narrow(2, middle, x.size(2) - middle))}, 2);
    }

private:
    [[nodiscard]] torch::Tensor row(const torch::Tensor& x) const {
        const auto middle = x.size(3) / 2;
        return at::cat({quadrant(x.narrow(3, 0, middle)), quadrant(x.narrow(3, middle, x.size(3) - middle))}, 3);
    }

    [[nodiscard]] torch::Tensor quadrant(const torch::Tensor& x) const {
        return output(attendToPixels(theta(x), at::max_pool2d(phi(x), 2), at::max_pool2d(g(x), 2))) + x;
    }
};

class San final : public NativeNetwork {
public:
    San(LayerBuilder& layers, std::int64_t features, int groups)
        : subtractMean_(makeMeanShift(layers, "sub_mean"))
        , head_(layers.convolution("head.0", {.in = 3, .out = features}))
        , nonLocal_(layers, "non_local.non_local", features)
        , shareOfSource_(layers.tensor("gamma", {1}))
        , tail_(layers, features) {
        for (int g = 0; g < groups; ++g) {
            groups_.emplace_back(layers, fmt::format("RG.{}", g), features);
        }
    }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        const auto x = head_(subtractMean_(lr));
        const auto source = nonLocal_(x);
        const auto share = shareOfSource_ * source;
        auto y = source;
        for (const auto& group : groups_) {
            y = group(y) + share;
        }
        return tail_(nonLocal_(y) + x);
    }

private:
    Convolution subtractMean_;
    Convolution head_;
    RegionNonLocal nonLocal_;
    torch::Tensor shareOfSource_;
    std::vector<NamedBlock<ResidualGroup>> groups_;
    EdsrTail tail_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has("RG.0.rcab.0.conv_first.0.weight");
}

/// Layers that the authors' class has and never uses.
bool isUnused(const std::string& key) {
    return key.starts_with("conv_last.") || key.starts_with("non_local.soca.")
           || (key.starts_with("RG.") && key.ends_with(".gamma"));
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto features = layers.size("head.0.weight", 0);
    const int groups = layers.countAfter("RG.");
    const auto reduced = layers.size("RG.0.soca.conv_du.0.weight", 0);
    layers.ignore(isUnused);
    BuiltNetwork result;
    result.name = "SAN";
    result.hyperparameters = {{"features", std::to_string(features)},
                              {"residual groups", std::to_string(groups)},
                              {"blocks per group", std::to_string(layers.countAfter("RG.0.rcab."))},
                              {"reduction", std::to_string(features / std::max<std::int64_t>(reduced, 1))}};
    result.scales = {scaleOfEdsrTail(layers)};
    result.defaultRange = 255.0;
    result.mean = meanOfShift(layers, "sub_mean.bias", 255.0);
    result.minimumSide = 4;  // a quadrant is pooled by 2
    result.receptiveField = {
        .global = true, .radius = std::nullopt, .evidence = "analytic: second-order attention over the whole image"};
    result.network = std::make_unique<San>(layers, features, groups);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"san", matches, build};
}

}  // namespace lamscope::san
