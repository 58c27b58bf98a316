// SPDX-License-Identifier: GPL-3.0-or-later
// RCAN: Zhang et al., "Image Super-Resolution Using Very Deep Residual Channel Attention Networks", ECCV 2018.
#include <algorithm>

#include <fmt/format.h>

#include "model/arch/edsr_network.h"
#include "runtime/torch_headers.h"

namespace lamscope::rcan {

namespace {

/// Published under the authors' keys and under BasicSR's.
struct KeyNames {
    std::string blocks;   ///< prefix of the block's number within a group
    std::string body;     ///< of the two 3x3 convolutions within a block
    std::string squeeze;  ///< of the attention's convolutions within a block
    std::string excite;
};

KeyNames keyNames(bool basicSr) {
    if (basicSr) {
        return {"residual_group.", "rcab.", "rcab.3.attention.1", "rcab.3.attention.3"};
    }
    return {"body.", "body.", "body.3.conv_du.0", "body.3.conv_du.2"};
}

struct AttentionBlock {
    Convolution first;
    Convolution second;
    ChannelAttention attention;
    double residualScale;

    AttentionBlock(LayerBuilder& layers, const KeyNames& names, const std::string& prefix, std::int64_t features,
                   double scaleOfResidual)
        : first(layers.convolution(prefix + names.body + "0", {.in = features, .out = features}))
        , second(layers.convolution(prefix + names.body + "2", {.in = features, .out = features}))
        , attention(layers, prefix + names.squeeze, prefix + names.excite, features)
        , residualScale(scaleOfResidual) {}

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        return at::add(x, attention(second(relu(first(x)))), residualScale);
    }
};

struct ResidualGroup {
    std::vector<AttentionBlock> blocks;
    Convolution last;

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        auto y = x;
        for (const auto& block : blocks) {
            y = block(y);
        }
        return last(y) + x;
    }
};

std::vector<NamedBlock<ResidualGroup>> makeGroups(LayerBuilder& layers, const EdsrFrame& frame, int blocksPerGroup) {
    const auto names = keyNames(frame.basicSr);
    // The authors' class takes a residual scale and leaves it out.
    const double residualScale = frame.basicSr ? layers.assumed("residual_scale", 1.0) : 1.0;
    std::vector<NamedBlock<ResidualGroup>> groups;
    for (int g = 0; g < frame.blocks; ++g) {
        ResidualGroup group;
        for (int r = 0; r < blocksPerGroup; ++r) {
            group.blocks.emplace_back(layers, names, fmt::format("body.{}.{}{}.", g, names.blocks, r), frame.features,
                                      residualScale);
        }
        group.last = layers.convolution(
            frame.basicSr ? fmt::format("body.{}.conv", g) : fmt::format("body.{}.body.{}", g, blocksPerGroup),
            {.in = frame.features, .out = frame.features});
        groups.emplace_back(fmt::format("body.{}", g), std::move(group));
    }
    return groups;
}

bool matches(const LayerBuilder& layers) {
    return layers.has("body.0.body.0.body.3.conv_du.0.weight")
           || layers.has("body.0.residual_group.0.rcab.3.attention.1.weight");
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    EdsrFrame frame(layers);
    const auto names = keyNames(frame.basicSr);
    const int blocksPerGroup = std::max(layers.countAfter("body.0." + names.blocks) - (frame.basicSr ? 0 : 1), 0);
    const auto reduced =
        std::max<std::int64_t>(layers.size(fmt::format("body.0.{}0.{}.weight", names.blocks, names.squeeze), 0), 1);
    BuiltNetwork result;
    result.name = "RCAN";
    result.hyperparameters = {{"features", std::to_string(frame.features)},
                              {"residual groups", std::to_string(frame.blocks)},
                              {"blocks per group", std::to_string(blocksPerGroup)},
                              {"reduction", std::to_string(frame.features / reduced)}};
    frame.describe(result, layers);
    result.receptiveField = {.global = true, .radius = std::nullopt, .evidence = "analytic: channel attention"};
    auto groups = makeGroups(layers, frame, blocksPerGroup);
    result.network = std::make_unique<EdsrNetwork<ResidualGroup>>(std::move(frame), std::move(groups));
    return result;
}

}  // namespace

Architecture architecture() {
    return {"rcan", matches, build};
}

}  // namespace lamscope::rcan
