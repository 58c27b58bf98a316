// SPDX-License-Identifier: GPL-3.0-or-later
// DRLN: Anwar and Barnes, "Densely Residual Laplacian Super-Resolution", TPAMI 2020.
#include <algorithm>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "model/arch/residual_blocks.h"
#include "runtime/torch_headers.h"

namespace lamscope::drln {

namespace {

/// Laplacian attention: the global average of every channel through three dilated convolutions side by side and a
/// fourth scales the channel. On a map of one pixel only their centre taps act.
struct LaplacianAttention {
    std::vector<Convolution> pyramid;
    Convolution last;

    LaplacianAttention(LayerBuilder& layers, const std::string& prefix, std::int64_t features) {
        const auto reduced = layers.size(prefix + ".c1.body.0.weight", 0);
        for (int i = 1; i <= 3; ++i) {
            pyramid.push_back(layers.convolution(fmt::format("{}.c{}.body.0", prefix, i),
                                                 {.in = features, .out = reduced, .dilation = 2 * i + 1}));
        }
        last = layers.convolution(prefix + ".c4.body.0", {.in = 3 * reduced, .out = features});
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        const auto mean = x.mean({2, 3}, /*keepdim=*/true);
        std::vector<torch::Tensor> levels;
        for (const auto& convolution : pyramid) {
            levels.push_back(relu(convolution(mean)));
        }
        return x * at::sigmoid(last(at::cat(levels, 1)));
    }
};

/// Dense residual Laplacian module: residual units of growing width, each on all before it, compressed and gated.
struct LaplacianModule {
    std::vector<ResidualBlock> units;
    Convolution compress;
    LaplacianAttention attention;

    LaplacianModule(LayerBuilder& layers, const std::string& prefix, std::int64_t features)
        : compress(layers.convolution(prefix + ".g.body.0", {.in = 8 * features, .out = features, .kernel = 1}))
        , attention(layers, prefix + ".ca", features) {
        for (int i = 1; i <= 3; ++i) {
            const auto unit = fmt::format("{}.r{}.body", prefix, i);
            units.emplace_back(layers, unit + ".0", unit + ".2", features << (i - 1));
        }
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        auto seen = x;
        for (const auto& unit : units) {
            seen = at::cat({seen, relu(unit(seen))}, 1);
        }
        return attention(relu(compress(seen)));
    }
};

/// A module and the convolution that fuses all outputs of its group so far.
struct Stage {
    NamedBlock<LaplacianModule> module;
    Convolution fusion;
    bool readsSum;  ///< reads the running sum of the groups, not the latest fusion
};

/// Modules whose outputs are collected.
using Group = std::vector<Stage>;

std::vector<Group> makeGroups(LayerBuilder& layers, std::int64_t features, int modules) {
    // In the authors' class, the fifth module reads what the fourth has read.
    constexpr int exception = 5;
    std::vector<Group> groups;
    for (int i = 1; i <= modules; ++i) {
        const auto fusion = fmt::format("c{}.body.0", i);
        const bool isFirst = groups.empty() || layers.size(fusion + ".weight", 1) == 2 * features;
        if (isFirst) {
            groups.emplace_back();
        }
        auto& group = groups.back();
        const auto collected = static_cast<std::int64_t>(group.size()) + 2;
        group.push_back({.module = {layers, fmt::format("b{}", i), features},
                         .fusion = layers.convolution(fusion, {.in = collected * features, .out = features}),
                         .readsSum = isFirst || i == exception});
    }
    return groups;
}

class Drln final : public NativeNetwork {
public:
    Drln(LayerBuilder& layers, std::int64_t features, int modules, ShuffleUpsampler upsampler)
        : subtractMean_(makeMeanShift(layers, "sub_mean.shifter"))
        , head_(layers.convolution("head", {.in = 3, .out = features}))
        , groups_(makeGroups(layers, features, modules)) {
        tail_.upsampler = std::move(upsampler);
        tail_.last = layers.convolution("tail", {.in = features, .out = 3});
        tail_.addMean = makeMeanShift(layers, "add_mean.shifter");
    }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        const auto x = head_(subtractMean_(lr));
        auto sum = x;
        auto fused = x;
        for (const auto& group : groups_) {
            std::vector<torch::Tensor> collected{fused};
            for (const auto& [module, fusion, readsSum] : group) {
                collected.push_back(module(readsSum ? sum : fused));
                fused = relu(fusion(at::cat(collected, 1)));
            }
            sum = fused + sum;
        }
        return tail_(sum + x);
    }

private:
    Convolution subtractMean_;
    Convolution head_;
    std::vector<Group> groups_;
    EdsrTail tail_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has("b1.r1.body.0.weight");
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto features = layers.size("head.weight", 0);
    const int modules = std::max(layers.countAfter("b") - 1, 0);  // numbered from 1
    ShuffleUpsampler upsampler(layers, "upsample.up.body", features, 3);
    upsampler.activation = relu;
    BuiltNetwork result;
    result.name = "DRLN";
    result.hyperparameters = {{"features", std::to_string(features)}, {"blocks", std::to_string(modules)}};
    result.scales = {upsampler.scale()};
    result.defaultRange = 255.0;
    result.mean = meanOfShift(layers, "sub_mean.shifter.bias", 255.0);
    result.receptiveField = {
        .global = true, .radius = std::nullopt, .evidence = "analytic: Laplacian attention averages the whole image"};
    result.network = std::make_unique<Drln>(layers, features, modules, std::move(upsampler));
    return result;
}

}  // namespace

Architecture architecture() {
    return {"drln", matches, build};
}

}  // namespace lamscope::drln
