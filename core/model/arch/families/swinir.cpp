// SPDX-License-Identifier: GPL-3.0-or-later
// SwinIR: Liang et al., "SwinIR: Image Restoration Using Swin Transformer", ICCV Workshops 2021.
#include <algorithm>

#include <fmt/format.h>

#include "base/error.h"
#include "model/arch/architecture.h"
#include "model/arch/restoration_transformer.h"
#include "model/arch/window_attention.h"
#include "runtime/torch_headers.h"

namespace lamscope::swinir {

namespace {

constexpr const char* firstTable = "layers.0.residual_group.blocks.0.attn.relative_position_bias_table";

struct SwinBlock {
    LayerNorm norm1;
    WindowAttention attention;
    LayerNorm norm2;
    Mlp mlp;
    bool shifted = false;

    SwinBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features, std::int64_t offsets,
              bool isShifted)
        : norm1(layers.layerNorm(prefix + ".norm1", features))
        , attention(layers, prefix + ".attn", features, offsets)
        , norm2(layers.layerNorm(prefix + ".norm2", features))
        , mlp(layers, prefix + ".mlp", features)
        , shifted(isShifted) {}

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x, const WindowGrid& grid) const {
        const auto y = x + attention(norm1(x), grid, shifted);
        return y + mlp(norm2(y));
    }
};

struct Group {
    std::string name;
    std::vector<SwinBlock> blocks;
    GroupConvolution last;
};

class SwinIr final : public RestorationTransformer {
public:
    SwinIr(LayerBuilder& layers, const std::vector<int>& depths, std::int64_t window, double innerRange)
        : RestorationTransformer(layers, "patch_embed.norm", innerRange)
        , window_(window) {
        const auto offsets = (2 * window - 1) * (2 * window - 1);
        for (std::size_t l = 0; l < depths.size(); ++l) {
            auto& group = groups_.emplace_back();
            group.name = fmt::format("layers.{}", l);
            for (int d = 0; d < depths[l]; ++d) {
                group.blocks.emplace_back(layers, fmt::format("{}.residual_group.blocks.{}", group.name, d), features(),
                                          offsets, d % 2 == 1);
            }
            group.last = GroupConvolution(layers, group.name + ".conv", features());
        }
    }

private:
    [[nodiscard]] torch::Tensor body(torch::Tensor tokens) const override {
        const WindowGrid grid({tokens.size(1), tokens.size(2)}, {window_, window_}, tokens.device());
        for (const auto& [name, blocks, last] : groups_) {
            auto y = tokens;
            for (const auto& block : blocks) {
                y = block(y, grid);
            }
            y = channelsLast(last(channelsFirst(y))) + tokens;
            reportFeatures(Tap::Kind::Block, name, tokens, y);
            tokens = y;
        }
        return tokens;
    }

    std::int64_t window_;
    std::vector<Group> groups_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has(firstTable) && !layers.has("layers.0.residual_group.overlap_attn.relative_position_bias_table");
}

/// The most that an SR pixel can see, in LR pixels. Looking back from it, the first window is entered anywhere and seen
/// to its end; from a window's edge, each window of the other kind adds half of one. The convolution between two groups
/// steps across no more than that, unless the windows before and after it are of the same kind.
int largestReach(const std::vector<int>& depths, int window, int groupEnd) {
    constexpr int first = 1;
    constexpr int tail = 3;
    const int half = (window + 1) / 2;
    int reach = first + tail + 2 * groupEnd + window - 1;
    for (std::size_t i = 0; i < depths.size(); ++i) {
        reach += half * (depths[i] - 1);
        if (i + 1 < depths.size()) {
            reach += depths[i] % 2 == 0 ? std::max(half, groupEnd) : window + groupEnd;
        }
    }
    return reach;
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto window = windowOfTable(layers, firstTable);
    const auto depths = depthsOfGroups(layers, "residual_group.blocks");
    layers.ignore([](const std::string& key) {
        return key.ends_with(".attn_mask") || key.ends_with(".relative_position_index");
    });
    // The networks against JPEG artefacts count from 0 to 255 inside. They alone have windows of JPEG's blocks less
    // one.
    constexpr int jpegWindow = 7;
    const bool ofJpeg = window == jpegWindow && !layers.has("upsample.0.weight") && !layers.has("conv_up1.weight");
    const double innerRange = layers.assumed("img_range", ofJpeg ? 255.0 : 1.0);
    if (!(innerRange > 0.0)) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("img_range={}: a range is above zero", innerRange));
    }
    auto result =
        describeTransformer(std::make_unique<SwinIr>(layers, depths, window, innerRange), "SwinIR", layers, depths);
    result.hyperparameters.emplace_back("heads", std::to_string(layers.size(firstTable, 1)));
    result.hyperparameters.emplace_back("window", std::to_string(window));
    result.sizeMultiple = static_cast<int>(std::max<std::int64_t>(window, 1));
    const int groupEnd = layers.has("conv_after_body.weight") ? 1 : 2;
    result.receptiveField = {.global = false,
                             .radius = largestReach(depths, result.sizeMultiple, groupEnd),
                             .evidence = "analytic (upper bound)"};
    result.cropping.multiple = result.sizeMultiple;
    return result;
}

}  // namespace

Architecture architecture() {
    return {"swinir", matches, build};
}

}  // namespace lamscope::swinir
