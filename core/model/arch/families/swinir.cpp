// SPDX-License-Identifier: GPL-3.0-or-later
// SwinIR: Liang et al., "SwinIR: Image Restoration Using Swin Transformer", ICCV Workshops 2021.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "model/arch/architecture.h"
#include "model/arch/restoration_transformer.h"
#include "model/arch/swin_block.h"
#include "model/arch/transformer_group.h"
#include "runtime/torch_headers.h"

namespace lamscope::swinir {

namespace {

constexpr const char* firstTable = "layers.0.residual_group.blocks.0.attn.relative_position_bias_table";

class SwinIr final : public RestorationTransformer {
public:
    SwinIr(LayerBuilder& layers, const std::vector<int>& depths, std::int64_t window, double innerRange)
        : RestorationTransformer(layers, "patch_embed.norm", innerRange)
        , window_(window) {
        for (std::size_t l = 0; l < depths.size(); ++l) {
            const auto name = fmt::format("layers.{}", l);
            std::vector<SwinBlock> blocks;
            blocks.reserve(static_cast<std::size_t>(depths[l]));
            for (int d = 0; d < depths[l]; ++d) {
                blocks.emplace_back(layers, fmt::format("{}.residual_group.blocks.{}", name, d), features(), window,
                                    d % 2 == 1);
            }
            groups_.emplace_back(name, TransformerGroup(std::move(blocks), {layers, name + ".conv", features()}));
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
    std::vector<NamedBlock<TransformerGroup<SwinBlock>>> groups_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has(firstTable) && !layers.has("layers.0.residual_group.overlap_attn.relative_position_bias_table");
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
                             .radius = reachOfWindows(depths, result.sizeMultiple, {.groupEnd = groupEnd}),
                             .evidence = "analytic (upper bound)"};
    result.cropping.multiple = result.sizeMultiple;
    return result;
}

}  // namespace

Architecture architecture() {
    return {"swinir", matches, build};
}

}  // namespace lamscope::swinir
