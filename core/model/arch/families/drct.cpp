// SPDX-License-Identifier: GPL-3.0-or-later
// DRCT: Hsu et al., "DRCT: Saving Image Super-Resolution away from Information Bottleneck", CVPR Workshops 2024.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "model/arch/restoration_transformer.h"
#include "model/arch/swin_block.h"
#include "runtime/torch_headers.h"

namespace lamscope::drct {

namespace {

constexpr const char* firstTable = "layers.0.swin1.attn.relative_position_bias_table";
constexpr const char* firstAdjustment = "layers.0.adjust1.weight";
constexpr int stagesOfGroup = 5;

/// Every Swin block of a group sees the features of all those before it, densely connected.
struct DenseGroup {
    struct Stage {
        SwinBlock block;
        Convolution adjust;
    };
    std::vector<Stage> stages;

    DenseGroup(LayerBuilder& layers, const std::string& prefix, std::int64_t features, std::int64_t growth,
               std::int64_t window) {
        stages.reserve(stagesOfGroup);
        for (int i = 1; i <= stagesOfGroup; ++i) {
            const auto width = features + (i - 1) * growth;
            stages.push_back(
                {{layers, fmt::format("{}.swin{}", prefix, i), width, window, i % 2 == 0},
                 layers.convolution(fmt::format("{}.adjust{}", prefix, i),
                                    {.in = width, .out = i == stagesOfGroup ? features : growth, .kernel = 1})});
        }
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x, const WindowGrid& grid) const {
        constexpr double residualScale = 0.2;
        auto all = x;
        for (std::size_t i = 0; i + 1 < stages.size(); ++i) {
            const auto& [block, adjust] = stages[i];
            all = at::cat({all, channelsLast(leakyRelu(adjust(channelsFirst(block(all, grid))), 0.2))}, 3);
        }
        const auto& [block, adjust] = stages.back();
        return at::add(x, channelsLast(adjust(channelsFirst(block(all, grid)))), residualScale);
    }
};

class Drct final : public RestorationTransformer {
public:
    Drct(LayerBuilder& layers, int groups, std::int64_t growth, std::int64_t window)
        : RestorationTransformer(layers, "patch_embed.norm")
        , window_(window) {
        for (int l = 0; l < groups; ++l) {
            groups_.emplace_back(layers, fmt::format("layers.{}", l), features(), growth, window);
        }
    }

private:
    [[nodiscard]] torch::Tensor body(torch::Tensor tokens) const override {
        const WindowGrid grid({tokens.size(1), tokens.size(2)}, {window_, window_}, tokens.device());
        for (const auto& group : groups_) {
            tokens = group(tokens, grid);
        }
        return tokens;
    }

    std::int64_t window_;
    std::vector<NamedBlock<DenseGroup>> groups_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has("layers.0.swin1.norm1.weight") && layers.has("layers.0.adjust5.weight");
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto window = std::max<std::int64_t>(windowOfTable(layers, firstTable), 1);
    const auto growth = layers.size(firstAdjustment, 0);
    const int groups = layers.countAfter("layers.");
    layers.ignore([](const std::string& key) {
        return key.ends_with(".attn_mask") || key.ends_with(".relative_position_index");
    });
    const std::vector<int> depths(static_cast<std::size_t>(groups), stagesOfGroup);
    auto result = describeTransformer(std::make_unique<Drct>(layers, groups, growth, window), "DRCT", layers, depths);
    result.hyperparameters.emplace_back("heads", std::to_string(layers.size(firstTable, 1)));
    result.hyperparameters.emplace_back("window", std::to_string(window));
    result.hyperparameters.emplace_back("growth", std::to_string(growth));
    result.sizeMultiple = static_cast<int>(window);
    // The first window is entered anywhere; within a group each further one adds half of one. Between two groups there
    // is no convolution, and windows of the same kind before and after.
    const int groupEnd = layers.has("conv_after_body.weight") ? 1 : 2;
    const int half = (result.sizeMultiple + 1) / 2;
    result.receptiveField = {
        .global = false,
        .radius = reachOfEnds + groupEnd + result.sizeMultiple - 1 + groups * (stagesOfGroup - 1) * half,
        .evidence = "analytic (upper bound)"};
    result.cropping.multiple = result.sizeMultiple;
    return result;
}

}  // namespace

Architecture architecture() {
    return {"drct", matches, build};
}

}  // namespace lamscope::drct
