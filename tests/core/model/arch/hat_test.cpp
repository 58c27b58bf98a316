// SPDX-License-Identifier: GPL-3.0-or-later
// What the record of HAT leaves open: other scales and windows, the weight of the convolutions, and files that are not
// quite as published.
#include <algorithm>

#include "support/transformer_variants.h"

namespace lamscope::hat_test {
namespace {

using test::CheckpointMaker;
using test::distance;
using test::picture;
using test::recogniseInFloat64;
using test::smallEmbedding;

constexpr std::int64_t heads = 2;

void addAttention(CheckpointMaker& maker, const std::string& prefix, const std::string& layers, std::int64_t side) {
    test::addNorm(maker, prefix + "norm1", smallEmbedding);
    test::addNorm(maker, prefix + "norm2", smallEmbedding);
    test::addLinear(maker, prefix + layers + "qkv", smallEmbedding, 3 * smallEmbedding);
    test::addLinear(maker, prefix + layers + "proj", smallEmbedding, smallEmbedding);
    maker.tensor(prefix + layers + "relative_position_bias_table", {side * side, heads});
    test::addLinear(maker, prefix + "mlp.fc1", smallEmbedding, 2 * smallEmbedding);
    test::addLinear(maker, prefix + "mlp.fc2", 2 * smallEmbedding, smallEmbedding);
}

CheckpointMaker hat(int scale = 2, std::int64_t window = 4, std::int64_t overlap = 6) {
    constexpr int groups = 2;
    auto maker = test::transformerFrame("patch_embed.norm", groups);
    for (int l = 0; l < groups; ++l) {
        const auto group = fmt::format("layers.{}.residual_group.", l);
        for (int d = 0; d < 2; ++d) {
            const auto prefix = fmt::format("{}blocks.{}.", group, d);
            addAttention(maker, prefix, "attn.", 2 * window - 1);
            maker.convolution(prefix + "conv_block.cab.0", smallEmbedding, 4)
                .convolution(prefix + "conv_block.cab.2", 4, smallEmbedding)
                .convolution(prefix + "conv_block.cab.3.attention.1", smallEmbedding, 2, 1)
                .convolution(prefix + "conv_block.cab.3.attention.3", 2, smallEmbedding, 1);
        }
        addAttention(maker, group + "overlap_attn.", "", window + overlap - 1);
    }
    test::addShuffleTail(maker, scale);
    return maker;
}

TEST(Hat, WindowsAndScaleComeFromTheFile) {
    for (const int scale : {2, 3, 4}) {
        const auto network = recogniseInFloat64(hat(scale, 8, 12).checkpoint());
        EXPECT_EQ(network.card.architecture, "HAT");
        EXPECT_EQ(network.card.scales, std::vector{scale});
        EXPECT_EQ(test::hyperparameter(network, "window"), "8");
        EXPECT_EQ(test::hyperparameter(network, "overlapping window"), "12");
        EXPECT_EQ(test::hyperparameter(network, "compression"), "2");
        EXPECT_EQ(test::hyperparameter(network, "squeeze"), "4");
        EXPECT_EQ(network.card.sizeMultiple, 8);
        EXPECT_TRUE(network.card.receptiveField.global);
        EXPECT_EQ(network(picture(11, 16)).sizes(), torch::IntArrayRef({1, 3, 11L * scale, 16L * scale}));
    }
}

TEST(Hat, ImagesOfABatchAreIndependent) {
    test::expectIndependentImages(recogniseInFloat64(hat().checkpoint()), 8, 12);
}

TEST(Hat, OverlappingWindowsWithoutOverlapAreWindows) {
    // With a larger window of the same size, the overlapping attention is an unshifted block without the convolutions,
    // but for its table, which counts from the key to the query and begins in the middle.
    constexpr std::int64_t window = 4;
    constexpr std::int64_t side = 2 * window - 1;
    const auto original = hat(2, window, window).checkpoint();
    const auto overlapping = [](const std::string& key) { return key.find("overlap_attn.") != std::string::npos; };
    const auto block = [](const std::string& key) { return key.find("blocks.0.") != std::string::npos; };
    // Without the attention and the MLP of block 0, and without block 1, only the overlapping block acts …
    const auto isSecond = [](const std::string& key) { return key.find("blocks.1.") != std::string::npos; };
    const auto ends = [](const std::string& key) {
        return key.find("proj.") != std::string::npos || key.find("mlp.fc2.") != std::string::npos;
    };
    const auto zero = [](float) { return 0.0F; };
    auto before = test::renamed(original, [&](const std::string& key) { return isSecond(key) ? std::string() : key; });
    auto after = before;
    before = test::changed(
        before, [&](const std::string& key) { return overlapping(key) && ends(key); }, zero);
    after = test::changed(
        after, [&](const std::string& key) { return block(key) && ends(key); }, zero);
    // … with the weights of block 0 it does what that does alone.
    for (auto& [key, data] : after.tensors) {
        if (!overlapping(key)) {
            continue;
        }
        auto source = test::replaced(key, "overlap_attn.", "blocks.0.");
        for (const auto* layer : {"qkv.", "proj.", "relative_position_bias_table"}) {
            source = test::replaced(source, fmt::format("blocks.0.{}", layer), fmt::format("blocks.0.attn.{}", layer));
        }
        const auto values = original.find(source)->values;
        if (!key.ends_with("table")) {
            data.values = values;
            continue;
        }
        for (std::int64_t row = 1 - window; row < window; ++row) {
            for (std::int64_t column = 1 - window; column < window; ++column) {
                // Query minus key is (row, column): number (Δr + 1)·side + Δc + 1 with Δ = key − query, from the end
                // where it is negative.
                const auto number = (1 - row) * side + 1 - column;
                const auto to = static_cast<std::size_t>(number < 0 ? number + side * side : number) * heads;
                const auto from = static_cast<std::size_t>((row + window - 1) * side + column + window - 1) * heads;
                std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(from), heads,
                            data.values.begin() + static_cast<std::ptrdiff_t>(to));
            }
        }
    }
    ModelSettings settings;
    settings.assumptions["attention_scale"] = {0.0};
    const auto lr = picture(8, 12);
    const auto expected = recogniseInFloat64(before, settings)(lr);
    EXPECT_LT(distance(recogniseInFloat64(after, settings)(lr), expected), 1e-12);
}

TEST(Hat, TheConvolutionsHaveTheAssumedWeight) {
    // A constant gate makes the branch of convolutions linear in its last convolution.
    const auto isGate = [](const std::string& key) { return key.find("attention.3") != std::string::npos; };
    const auto isLast = [](const std::string& key) { return key.find("cab.2.") != std::string::npos; };
    const auto gated = test::changed(hat().checkpoint(), isGate, [](float) { return 0.0F; });
    const auto doubled = test::changed(gated, isLast, [](float value) { return 2.0F * value; });
    const auto lr = picture(8, 12);
    ModelSettings settings;
    settings.assumptions["attention_scale"] = {0.02};
    const auto plain = recogniseInFloat64(doubled);
    EXPECT_LT(distance(recogniseInFloat64(gated, settings)(lr), plain(lr)), 1e-12);
    EXPECT_GT(distance(recogniseInFloat64(gated)(lr), plain(lr)), 1e-6);
    EXPECT_EQ(plain.card.assumed, std::vector<std::string>{"attention_scale 0.01"});
}

TEST(Hat, BuffersMayBeThereOrNot) {
    auto maker = hat();
    maker.tensor("relative_position_index_SA", {16, 16}).tensor("relative_position_index_OCA", {16, 36});
    const auto lr = picture(8, 12);
    EXPECT_EQ(distance(recogniseInFloat64(maker.checkpoint())(lr), recogniseInFloat64(hat().checkpoint())(lr)), 0.0);
}

TEST(Hat, MisshapenFilesAreRefused) {
    const auto with = [](const std::string& ending, const std::vector<std::int64_t>& shape) {
        auto checkpoint = hat().checkpoint();
        for (auto& [key, data] : checkpoint.tensors) {
            if (key.ends_with(ending)) {
                data.shape = shape;
                data.values.assign(static_cast<std::size_t>(shape[0] * shape[1]), 0.0F);
            }
        }
        return checkpoint;
    };
    EXPECT_FALSE(test::isRecognised(with("overlap_attn.relative_position_bias_table", {4, 2})));  // below the window
    EXPECT_FALSE(test::isRecognised(with("overlap_attn.relative_position_bias_table", {80, 2})));
    EXPECT_FALSE(test::isRecognised(with("attn.relative_position_bias_table", {49, 5})));
}

}  // namespace
}  // namespace lamscope::hat_test
