// SPDX-License-Identifier: GPL-3.0-or-later
// SRResNet without normalisation under the numbered keys of the first BasicSR and of KAIR (Zhang et al.), which keep
// the long skip over the body.
#include <algorithm>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "model/arch/residual_blocks.h"
#include "runtime/torch_headers.h"

namespace lamscope::kairresnet {

namespace {

/// Where the layers are in the row `model.N`, whose numbers count the enlargements and the activations, too.
struct Layout {
    bool shuffles = false;  ///< convolution, then pixel shuffle; else nearest enlargement, then convolution
    std::vector<std::string> steps;
    std::string fine;
    std::string last;
};

Layout layoutOf(const LayerBuilder& layers) {
    constexpr int firstStep = 2;
    constexpr int perStep = 3;
    constexpr int mostSteps = 3;  // x8
    const auto name = [](int number) { return fmt::format("model.{}", number); };
    Layout layout;
    // Without enlargement the tail's two convolutions follow at once, two numbers apart.
    if (layers.has(name(firstStep + 2) + ".weight")) {
        layout.fine = name(firstStep);
        layout.last = name(firstStep + 2);
        return layout;
    }
    layout.shuffles = layers.has(name(firstStep) + ".weight");
    int end = firstStep + perStep;
    for (int step = 2; step <= mostSteps; ++step) {
        if (layers.has(name(firstStep + perStep * step + 2) + ".weight")) {
            end = firstStep + perStep * step;
        }
    }
    for (int number = firstStep; number < end; number += perStep) {
        layout.steps.push_back(name(layout.shuffles ? number : number + 1));
    }
    layout.fine = name(end);
    layout.last = name(end + 2);
    return layout;
}

class KairResNet final : public NativeNetwork {
public:
    KairResNet(LayerBuilder& layers, const Layout& layout, std::int64_t features, int blocks, int factor)
        : shuffles_(layout.shuffles)
        , factor_(factor)
        , first_(layers.convolution("model.0", {.in = 3, .out = features}))
        , lastOfBody_(layers.convolution(fmt::format("model.1.sub.{}", blocks), {.in = features, .out = features}))
        , fine_(layers.convolution(layout.fine, {.in = features, .out = features}))
        , last_(
              layers.convolution(layout.last, {.in = features, .out = 3, .bias = layers.has(layout.last + ".bias")})) {
        for (int i = 0; i < blocks; ++i) {
            const auto name = fmt::format("model.1.sub.{}", i);
            blocks_.emplace_back(name, ResidualBlock(layers, name + ".res.0", name + ".res.2", features));
        }
        for (const auto& prefix : layout.steps) {
            steps_.push_back(
                layers.convolution(prefix, {.in = features, .out = shuffles_ ? features * factor * factor : features}));
        }
    }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        const auto first = first_(lr);
        auto x = first;
        for (const auto& block : blocks_) {
            x = block(x);
        }
        x = lastOfBody_(x) + first;
        return makeTrunk(x, [this, x](const Crop& crop) {
            auto y = crop(x);
            for (const auto& step : steps_) {
                y = relu(shuffles_ ? at::pixel_shuffle(step(y), factor_) : step(enlargeNearest(y, factor_)));
            }
            return last_(relu(fine_(y)));
        });
    }

private:
    bool shuffles_;
    int factor_;
    Convolution first_;
    std::vector<NamedBlock<ResidualBlock>> blocks_;
    Convolution lastOfBody_;
    std::vector<Convolution> steps_;
    Convolution fine_;
    Convolution last_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has("model.1.sub.0.res.0.weight");
}

BuiltNetwork build(LayerBuilder& layers, int scale) {
    const auto features = layers.size("model.0.weight", 0);
    const int blocks = std::max(layers.countAfter("model.1.sub.") - 1, 0);
    const auto layout = layoutOf(layers);
    BuiltNetwork result;
    result.name = "MSRResNet (KAIR)";
    result.hyperparameters = {{"features", std::to_string(features)},
                              {"blocks", std::to_string(blocks)},
                              {"upsampler", layout.steps.empty() ? "none"
                                            : layout.shuffles    ? "pixelshuffle"
                                                                 : "nearest+conv"}};
    int factor = 2;
    if (layout.steps.size() != 1) {
        result.scales = {1 << layout.steps.size()};
    } else if (layout.shuffles) {
        factor = features > 0 && layers.size("model.2.weight", 0) == 9 * features ? 3 : 2;
        result.scales = {factor};
    } else {
        factor = scale == 3 ? 3 : 2;
        result.scales = {2, 3};
        result.scaleIsOpen = true;
    }
    result.defaultRange = 1.0;
    // The first convolution, two a block, the body's last one, and the tail.
    const int reach = factor == 3 && !layout.shuffles ? 1 : 2;
    result.receptiveField = {.global = false, .radius = 2 * blocks + 2 + reach, .evidence = "analytic"};
    result.cropping.multiple = 1;
    result.network = std::make_unique<KairResNet>(layers, layout, features, blocks, factor);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"kairresnet", matches, build};
}

}  // namespace lamscope::kairresnet
