// SPDX-License-Identifier: GPL-3.0-or-later
// What the records of DAT leave open: other scales and splits, and files that are not quite as published.
#include <array>
#include <limits>

#include "support/transformer_variants.h"

namespace lamscope::dat_test {
namespace {

using test::CheckpointMaker;
using test::distance;
using test::picture;
using test::recogniseInFloat64;
using test::smallEmbedding;

constexpr std::int64_t heads = 4;

void addBatchNorm(CheckpointMaker& maker, const std::string& prefix, std::int64_t features) {
    test::addNorm(maker, prefix, features);
    maker.tensor(prefix + ".running_mean", {features});
    maker.tensor(prefix + ".running_var", {features}, std::vector<float>(static_cast<std::size_t>(features), 0.7F));
    maker.tensor(prefix + ".num_batches_tracked", {}, {1000.0F});
}

void addPositions(CheckpointMaker& maker, const std::string& prefix, const std::array<std::int64_t, 2>& window) {
    const auto [rows, columns] = window;
    constexpr std::int64_t width = 2;
    std::vector<float> offsets;
    for (auto row = 1 - rows; row < rows; ++row) {
        for (auto column = 1 - columns; column < columns; ++column) {
            offsets.push_back(static_cast<float>(row));
            offsets.push_back(static_cast<float>(column));
        }
    }
    maker.tensor(prefix + "rpe_biases", {static_cast<std::int64_t>(offsets.size()) / 2, 2}, offsets);
    test::addLinear(maker, prefix + "pos.pos_proj", 2, width);
    for (const int i : {1, 2, 3}) {
        test::addNorm(maker, fmt::format("{}pos.pos{}.0", prefix, i), width);
        test::addLinear(maker, fmt::format("{}pos.pos{}.2", prefix, i), width, i == 3 ? heads / 2 : width);
    }
}

CheckpointMaker dat(std::int64_t rows = 2, std::int64_t columns = 4) {
    constexpr std::int64_t hidden = 6;
    const std::vector depths{3, 2};
    auto maker = test::transformerFrame("before_RG.1", static_cast<int>(depths.size()));
    for (std::size_t l = 0; l < depths.size(); ++l) {
        for (int b = 0; b < depths[l]; ++b) {
            const auto prefix = fmt::format("layers.{}.blocks.{}.", l, b);
            test::addNorm(maker, prefix + "norm1", smallEmbedding);
            test::addNorm(maker, prefix + "norm2", smallEmbedding);
            test::addLinear(maker, prefix + "attn.qkv", smallEmbedding, 3 * smallEmbedding);
            test::addLinear(maker, prefix + "attn.proj", smallEmbedding, smallEmbedding);
            maker.convolution(prefix + "attn.dwconv.0", 1, smallEmbedding)
                .convolution(prefix + "attn.channel_interaction.1", smallEmbedding, 3, 1)
                .convolution(prefix + "attn.channel_interaction.4", 3, smallEmbedding, 1)
                .convolution(prefix + "attn.spatial_interaction.0", smallEmbedding, 2, 1)
                .convolution(prefix + "attn.spatial_interaction.3", 2, 1, 1)
                .convolution(prefix + "ffn.sg.conv", 1, hidden);
            addBatchNorm(maker, prefix + "attn.dwconv.1", smallEmbedding);
            addBatchNorm(maker, prefix + "attn.channel_interaction.2", 3);
            addBatchNorm(maker, prefix + "attn.spatial_interaction.1", 2);
            test::addLinear(maker, prefix + "ffn.fc1", smallEmbedding, 2 * hidden);
            test::addNorm(maker, prefix + "ffn.sg.norm", hidden);
            test::addLinear(maker, prefix + "ffn.fc2", hidden, smallEmbedding);
            if (b % 2 == 0) {
                addPositions(maker, prefix + "attn.attns.0.", {rows, columns});
                addPositions(maker, prefix + "attn.attns.1.", {columns, rows});
            } else {
                maker.tensor(prefix + "attn.temperature", {heads, 1, 1});
            }
        }
    }
    return maker;
}

Checkpoint withDirectTail(CheckpointMaker maker, std::int64_t scale) {
    maker.convolution("upsample.0", smallEmbedding, 3 * scale * scale);
    return maker.checkpoint();
}

TEST(Dat, SplitDepthsAndScaleComeFromTheFile) {
    for (const int scale : {2, 3, 4}) {
        auto shuffle = dat(2, 4);
        test::addShuffleTail(shuffle, scale);
        for (const auto& [checkpoint, upsampler] :
             {std::pair(shuffle.checkpoint(), "pixelshuffle"),
              std::pair(withDirectTail(dat(2, 4), scale), "pixelshuffledirect")}) {
            const auto network = recogniseInFloat64(checkpoint);
            EXPECT_EQ(network.card.architecture, "DAT");
            EXPECT_EQ(network.card.scales, std::vector{scale});
            EXPECT_EQ(test::hyperparameter(network, "upsampler"), upsampler);
            EXPECT_EQ(test::hyperparameter(network, "depths"), "3 2");
            EXPECT_EQ(test::hyperparameter(network, "heads"), "4");
            EXPECT_EQ(test::hyperparameter(network, "split"), "2x4");
            EXPECT_EQ(network.card.sizeMultiple, 1);
            EXPECT_TRUE(network.card.receptiveField.global);
            EXPECT_EQ(network(picture(7, 5)).sizes(), torch::IntArrayRef({1, 3, 7L * scale, 5L * scale}));
            EXPECT_LT(test::regionError(network), 1e-12);
        }
    }
}

TEST(Dat, ImagesOfABatchAreIndependent) {
    test::expectIndependentImages(recogniseInFloat64(withDirectTail(dat(), 2)), 7, 10);
}

TEST(Dat, TheSplitDoesNotMatterWhereAttentionIsNotUsed) {
    const auto withoutAttention = [](std::int64_t rows, std::int64_t columns) {
        return recogniseInFloat64(test::changed(
            withDirectTail(dat(rows, columns), 2),
            [](const auto& key) { return key.find("attn.proj") != std::string::npos; }, [](float) { return 0.0F; }));
    };
    const auto lr = picture(7, 10);
    EXPECT_LT(distance(withoutAttention(2, 4)(lr), withoutAttention(3, 3)(lr)), 1e-12);
}

TEST(Dat, ABatchNormIsAnAffineMapOfItsStatistics) {
    // (x − mean)/√(variance + ε) is unchanged by a scale and a shift of x, where the statistics follow.
    auto checkpoint = withDirectTail(dat(), 2);
    const auto expected = recogniseInFloat64(checkpoint)(picture(6, 6));
    for (auto& [key, data] : checkpoint.tensors) {
        const bool isBias = key.ends_with("dwconv.0.bias");
        const bool isMean = key.ends_with("dwconv.1.running_mean");
        for (auto& value : data.values) {
            if (isBias || isMean) {
                value += 0.25F;
            }
        }
    }
    EXPECT_LT(distance(recogniseInFloat64(checkpoint)(picture(6, 6)), expected), 1e-6);
}

TEST(Dat, ConstantImagesHaveFiniteGradients) {
    // Channels that are zero everywhere have no direction.
    const auto network = recogniseInFloat64(test::changed(
        withDirectTail(dat(), 2), [](const auto& key) { return key.find("attn.qkv") != std::string::npos; },
        [](float) { return 0.0F; }));
    auto lr = torch::full({1, 3, 6, 6}, 0.5, torch::kFloat64).requires_grad_(true);
    const auto gradient = torch::autograd::grad({network.network->forward(lr).sum()}, {lr}).front();
    EXPECT_TRUE(gradient.isfinite().all().item<bool>());
}

TEST(Dat, StatisticsAreNoParameters) {
    const auto checkpoint = withDirectTail(dat(), 2);
    std::size_t weights = 0;
    for (const auto& [key, data] : checkpoint.tensors) {
        const bool isState = key.find("running_") != std::string::npos || key.ends_with("num_batches_tracked")
                             || key.ends_with("rpe_biases");
        weights += isState ? 0 : 1;
    }
    EXPECT_EQ(recogniseInFloat64(checkpoint).network->namedParameters().size(), weights);
}

constexpr const char* firstOffsets = "layers.0.blocks.0.attn.attns.0.rpe_biases";

TEST(Dat, DerivableBuffersMayBeThereOrNot) {
    const auto plain = withDirectTail(dat(), 2);
    auto maker = dat();
    maker.tensor("layers.0.blocks.2.attn.attn_mask_0", {32, 8, 8})
        .tensor("layers.0.blocks.2.attn.attn_mask_1", {32, 8, 8})
        .tensor("layers.0.blocks.0.attn.attns.0.relative_position_index", {8, 8});
    const auto withMore = withDirectTail(maker, 2);
    const auto withLess = test::renamed(plain, [](const std::string& key) {
        const bool isDerivable = key.ends_with("num_batches_tracked") || key.ends_with("rpe_biases");
        return isDerivable && key != firstOffsets ? std::string() : key;
    });
    const auto lr = picture(7, 10);
    const auto expected = recogniseInFloat64(plain)(lr);
    EXPECT_EQ(distance(recogniseInFloat64(withMore)(lr), expected), 0.0);
    EXPECT_EQ(distance(recogniseInFloat64(withLess)(lr), expected), 0.0);
}

TEST(Dat, WithoutUsableOffsetsAFileIsRefused) {
    const auto plain = withDirectTail(dat(), 2);
    ASSERT_TRUE(test::isRecognised(plain));
    EXPECT_FALSE(test::isRecognised(
        test::renamed(plain, [](const std::string& key) { return key == firstOffsets ? std::string() : key; })));
    for (const float last : {2.0F, -5.0F, 1e9F, std::numeric_limits<float>::quiet_NaN()}) {
        auto checkpoint = plain;
        for (auto& [key, data] : checkpoint.tensors) {
            if (key == firstOffsets) {
                data.values.back() = last;
            }
        }
        EXPECT_FALSE(test::isRecognised(checkpoint)) << last;
    }
}

}  // namespace
}  // namespace lamscope::dat_test
