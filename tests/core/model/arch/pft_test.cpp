// SPDX-License-Identifier: GPL-3.0-or-later
// What the records of PFT leave open: other numbers of keys and heads, batches, how far it looks.
#include "base/error.h"
#include "support/transformer_variants.h"

namespace lamscope::pft_test {
namespace {

using test::CheckpointMaker;
using test::distance;
using test::picture;
using test::recogniseInFloat64;
using test::smallEmbedding;

constexpr std::int64_t window = 4;

/// Two groups of two blocks.
CheckpointMaker pft(std::int64_t kernel = 3) {
    constexpr int groups = 2;
    auto maker = test::transformerFrame("patch_embed.norm", groups);
    for (int l = 0; l < groups; ++l) {
        for (int d = 0; d < 2; ++d) {
            const auto block = fmt::format("layers.{}.residual_group.layers.{}.", l, d);
            test::addNorm(maker, block + "norm1", smallEmbedding);
            test::addNorm(maker, block + "norm2", smallEmbedding);
            test::addLinear(maker, block + "wqkv", smallEmbedding, 3 * smallEmbedding);
            maker.tensor(block + "v_LePE.depthwise_conv.0.weight", {smallEmbedding, 1, kernel, kernel})
                .tensor(block + "v_LePE.depthwise_conv.0.bias", {smallEmbedding})
                .tensor(block + "attn_win.relative_position_bias_table", {(2 * window - 1) * (2 * window - 1), 1});
            test::addLinear(maker, block + "attn_win.proj", smallEmbedding, smallEmbedding);
            test::addLinear(maker, block + "convffn.fc1", smallEmbedding, 6);
            maker.tensor(block + "convffn.dwconv.depthwise_conv.0.weight", {6, 1, kernel, kernel})
                .tensor(block + "convffn.dwconv.depthwise_conv.0.bias", {6});
            test::addLinear(maker, block + "convffn.fc2", 6, smallEmbedding);
        }
    }
    maker.convolution("upsample.0", smallEmbedding, 12);
    return maker;
}

torch::Tensor srKeeping(const std::vector<double>& keys, const torch::Tensor& lr) {
    return recogniseInFloat64(pft().checkpoint(), test::assuming("top_k", keys))(lr);
}

TEST(Pft, NoMoreKeysAreKeptThanTheWindowHas) {
    const auto lr = picture(8, 12);
    const auto all = recogniseInFloat64(pft().checkpoint())(lr);
    EXPECT_EQ(distance(all, srKeeping({16.0, 16.0, 16.0, 16.0}, lr)), 0.0);
    EXPECT_GT(distance(all, srKeeping({16.0, 16.0, 4.0, 4.0}, lr)), 1e-9);
    EXPECT_EQ(distance(srKeeping({5.0, 5.0, 5.0, 5.0}, lr), srKeeping({5.0, 5.0, 9.0, 9.0}, lr)), 0.0)
        << "a key that was dropped came back";
}

TEST(Pft, NumbersOfKeysThatFitNoNetworkAreRefused) {
    for (const auto& keys : {std::vector{16.0}, std::vector{16.0, 16.0, 0.0, 4.0}, std::vector{16.0, 16.0, 4.5, 4.0}}) {
        EXPECT_THROW(static_cast<void>(recogniseInFloat64(pft().checkpoint(), test::assuming("top_k", keys))), Error);
    }
}

TEST(Pft, HeadsAreTheUsersWhereTheFileHoldsOneBiasForAll) {
    EXPECT_EQ(test::hyperparameter(recogniseInFloat64(pft().checkpoint()), "heads"), "4");
    const auto two = recogniseInFloat64(pft().checkpoint(), test::assuming("heads", {2.0}));
    EXPECT_EQ(test::hyperparameter(two, "heads"), "2");
    EXPECT_GT(distance(two(picture(8, 8)), recogniseInFloat64(pft().checkpoint())(picture(8, 8))), 1e-9);
    for (const double heads : {0.0, 3.0, 2.5}) {
        EXPECT_THROW(static_cast<void>(recogniseInFloat64(pft().checkpoint(), test::assuming("heads", {heads}))),
                     Error);
    }
}

TEST(Pft, ImagesOfABatchAreIndependent) {
    test::expectIndependentImages(
        recogniseInFloat64(pft().checkpoint(), test::assuming("top_k", {16.0, 12.0, 7.0, 3.0})), 6, 9);
}

TEST(Pft, LooksNoFurtherThanItSays) {
    for (const std::int64_t kernel : {1, 3, 7}) {
        const auto network = recogniseInFloat64(pft(kernel).checkpoint());
        ASSERT_TRUE(network.card.receptiveField.radius);
        EXPECT_LE(test::measuredRadius(network), *network.card.receptiveField.radius) << kernel;
        EXPECT_FALSE(network.card.routing.empty());
        EXPECT_FALSE(network.network->hasSecantRules());
    }
}

}  // namespace
}  // namespace lamscope::pft_test
