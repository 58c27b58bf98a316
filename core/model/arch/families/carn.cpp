// SPDX-License-Identifier: GPL-3.0-or-later
// CARN and CARN-M: Ahn et al., "Fast, Accurate, and Lightweight Super-Resolution with Cascading Residual Network",
// ECCV 2018.
#include <algorithm>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "model/arch/residual_blocks.h"
#include "runtime/torch_headers.h"

namespace lamscope::carn {

namespace {

constexpr int unitsPerBlock = 3;

/// A residual unit: two 3x3 convolutions (CARN) or two grouped ones and a 1x1 (CARN-M).
struct ResidualUnit {
    std::vector<Convolution> convolutions;

    ResidualUnit(LayerBuilder& layers, const std::string& prefix, std::int64_t features, std::int64_t groups) {
        convolutions.push_back(
            layers.convolution(prefix + ".body.0", {.in = features, .out = features, .groups = groups}));
        convolutions.push_back(
            layers.convolution(prefix + ".body.2", {.in = features, .out = features, .groups = groups}));
        if (groups > 1) {
            convolutions.push_back(
                layers.convolution(prefix + ".body.4", {.in = features, .out = features, .kernel = 1}));
        }
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        auto y = convolutions.front()(x);
        for (std::size_t i = 1; i < convolutions.size(); ++i) {
            y = convolutions[i](relu(std::move(y)));
        }
        return relu(y + x);
    }
};

/// Applies `unit(i, x)` for i = 0, 1, 2; each sees the fusion (1x1) of the input and of all results so far.
template <typename Unit>
torch::Tensor cascade(const torch::Tensor& x, const std::vector<Convolution>& fusions, const Unit& unit) {
    std::vector<torch::Tensor> seen{x};
    auto y = x;
    for (std::size_t i = 0; i < fusions.size(); ++i) {
        seen.push_back(unit(i, y));
        y = relu(fusions[i](at::cat(seen, 1)));
    }
    return y;
}

std::vector<Convolution> makeFusions(LayerBuilder& layers, const std::string& prefix, std::int64_t features) {
    std::vector<Convolution> fusions;
    for (int j = 1; j <= unitsPerBlock; ++j) {
        fusions.push_back(layers.convolution(fmt::format("{}c{}.body.0", prefix, j),
                                             {.in = (j + 1) * features, .out = features, .kernel = 1}));
    }
    return fusions;
}

struct CascadingBlock {
    std::vector<ResidualUnit> units;  // one, shared, in CARN-M
    std::vector<Convolution> fusions;

    CascadingBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features, std::int64_t groups,
                   bool shared) {
        for (int j = 1; j <= (shared ? 1 : unitsPerBlock); ++j) {
            units.emplace_back(layers, fmt::format("{}.b{}", prefix, j), features, groups);
        }
        fusions = makeFusions(layers, prefix + ".", features);
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        return cascade(x, fusions, [this](std::size_t i, const torch::Tensor& y) {
            return units[std::min(i, units.size() - 1)](y);
        });
    }
};

struct Upsampler {
    int scale = 0;
    std::vector<Convolution> steps;

    [[nodiscard]] torch::Tensor operator()(torch::Tensor x) const {
        const int factor = scale == 3 ? 3 : 2;
        for (const auto& step : steps) {
            x = at::pixel_shuffle(relu(step(x)), factor);
        }
        return x;
    }
};

Upsampler makeUpsampler(LayerBuilder& layers, const std::string& prefix, int scale, std::int64_t features,
                        std::int64_t groups) {
    Upsampler result{.scale = scale, .steps = {}};
    const std::int64_t enlarged = (scale == 3 ? 9 : 4) * features;
    const int steps = scale == 8 ? 3 : (scale == 4 ? 2 : 1);
    for (int step = 0; step < steps; ++step) {
        result.steps.push_back(layers.convolution(fmt::format("{}.body.{}", prefix, 3 * step),
                                                  {.in = features, .out = enlarged, .groups = groups}));
    }
    return result;
}

class Carn final : public NativeNetwork {
public:
    Carn(LayerBuilder& layers, std::int64_t features, std::int64_t groups, bool shared, int scale) {
        subtractMean_ = makeMeanShift(layers, "sub_mean.shifter");
        addMean_ = makeMeanShift(layers, "add_mean.shifter");
        entry_ = layers.convolution("entry", {.in = 3, .out = features});
        for (int i = 1; i <= unitsPerBlock; ++i) {
            blocks_.emplace_back(layers, fmt::format("b{}", i), features, groups, shared);
        }
        fusions_ = makeFusions(layers, "", features);
        if (layers.has("upsample.up.body.0.weight")) {
            upsampler_ = makeUpsampler(layers, "upsample.up", scale, features, groups);
        } else {
            for (int s = 2; s <= 4; ++s) {  // the file holds all three tails; one is used
                auto upsampler = makeUpsampler(layers, fmt::format("upsample.up{}", s), s, features, groups);
                if (s == scale) {
                    upsampler_ = std::move(upsampler);
                }
            }
        }
        exit_ = layers.convolution("exit", {.in = features, .out = 3});
    }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        const auto x = entry_(subtractMean_(lr));
        const auto y =
            cascade(x, fusions_, [this](std::size_t i, const torch::Tensor& input) { return blocks_[i](input); });
        return makeTrunk(y, [this, y](const Crop& crop) { return addMean_(exit_(upsampler_(crop(y)))); });
    }

private:
    Convolution subtractMean_;
    Convolution addMean_;
    Convolution entry_;
    std::vector<NamedBlock<CascadingBlock>> blocks_;
    std::vector<Convolution> fusions_;
    Upsampler upsampler_;
    Convolution exit_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has("entry.weight") && layers.has("b1.b1.body.0.weight");
}

/// A file for one scale says which by the shapes of its tail.
int scaleOfSingleTail(const LayerBuilder& layers, std::int64_t features) {
    if (layers.has("upsample.up.body.3.weight")) {
        return layers.has("upsample.up.body.6.weight") ? 8 : 4;
    }
    return layers.size("upsample.up.body.0.weight", 0) == 9 * features ? 3 : 2;
}

BuiltNetwork build(LayerBuilder& layers, int scale) {
    const auto features = layers.size("entry.weight", 0);
    const bool shared = !layers.has("b1.b2.body.0.weight");
    const auto unitInputs = std::max<std::int64_t>(layers.size("b1.b1.body.0.weight", 1), 1);
    const auto groups = std::max<std::int64_t>(features / unitInputs, 1);
    BuiltNetwork result;
    result.name = shared ? "CARN-M" : "CARN";
    result.hyperparameters = {{"features", std::to_string(features)}, {"groups", std::to_string(groups)}};
    if (layers.has("upsample.up.body.0.weight")) {
        result.scales = {scaleOfSingleTail(layers, features)};
    } else {
        result.scales = {4, 2, 3};
    }
    const int used = scale != 0 && result.scales.size() > 1 ? scale : result.scales.front();
    result.defaultRange = 1.0;
    result.mean = meanOfShift(layers, "sub_mean.shifter.bias");
    // entry, 9 units of two 3x3 convolutions, and the last convolutions, which lie on finer grids.
    result.receptiveField = {.global = false, .radius = 21, .evidence = "analytic"};
    result.cropping.multiple = 1;
    result.network = std::make_unique<Carn>(layers, features, groups, shared, used);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"carn", matches, build};
}

}  // namespace lamscope::carn
