// SPDX-License-Identifier: GPL-3.0-or-later
// What the records of ATD leave open: sizes of categories, batches, small images.
#include "base/error.h"
#include "support/transformer_variants.h"

namespace lamscope::atd_test {
namespace {

using test::CheckpointMaker;
using test::distance;
using test::picture;
using test::recogniseInFloat64;
using test::smallEmbedding;

constexpr std::int64_t tokens = 5;

CheckpointMaker atd(std::int64_t window = 4) {
    constexpr int groups = 2;
    constexpr int depth = 2;
    auto maker = test::transformerFrame("patch_embed.norm", groups);
    for (int l = 0; l < groups; ++l) {
        const auto group = fmt::format("layers.{}.residual_group.", l);
        maker.tensor(group + "td", {tokens, smallEmbedding});
        for (int d = 0; d < depth; ++d) {
            const auto block = fmt::format("{}layers.{}.", group, d);
            test::addNorm(maker, block + "norm1", smallEmbedding);
            test::addNorm(maker, block + "norm2", smallEmbedding);
            test::addLinear(maker, block + "wqkv", smallEmbedding, 3 * smallEmbedding);
            test::addLinear(maker, block + "attn_atd.wq", smallEmbedding, 3);
            test::addLinear(maker, block + "attn_atd.wk", smallEmbedding, 3);
            test::addLinear(maker, block + "attn_atd.wv", smallEmbedding, smallEmbedding);
            maker.tensor(block + "attn_atd.scale", {tokens}).tensor(block + "attn_aca.logit_scale", {1, 1});
            test::addLinear(maker, block + "attn_aca.proj", smallEmbedding, smallEmbedding);
            maker.tensor(block + "attn_win.relative_position_bias_table", {(2 * window - 1) * (2 * window - 1), 2});
            test::addLinear(maker, block + "attn_win.proj", smallEmbedding, smallEmbedding);
            test::addLinear(maker, block + "convffn.fc1", smallEmbedding, 6);
            maker.tensor(block + "convffn.dwconv.depthwise_conv.0.weight", {6, 1, 5, 5})
                .tensor(block + "convffn.dwconv.depthwise_conv.0.bias", {6});
            test::addLinear(maker, block + "convffn.fc2", 6, smallEmbedding);
            if (d + 1 < depth) {
                maker.tensor(block + "sigma", {tokens, 1});
                test::addNorm(maker, block + "norm3", tokens);
            }
        }
    }
    maker.convolution("upsample.0", smallEmbedding, 12);
    return maker;
}

TEST(Atd, CategoriesAreNoLargerThanTheImage) {
    const auto checkpoint = atd().checkpoint();
    const auto lr = picture(8, 8);
    const auto whole = recogniseInFloat64(checkpoint, test::assuming("category_size", {64.0}))(lr);
    EXPECT_EQ(distance(whole, recogniseInFloat64(checkpoint)(lr)), 0.0);  // 128
    EXPECT_GT(distance(whole, recogniseInFloat64(checkpoint, test::assuming("category_size", {16.0}))(lr)), 1e-6);
}

TEST(Atd, CategoriesOfOnePixelLeaveItsValue) {
    // Then attention gives each pixel its own value, whatever the pixels are compared by.
    const auto isScale = [](const std::string& key) { return key.ends_with("attn_aca.logit_scale"); };
    const auto settings = test::assuming("category_size", {1.0});
    const auto lr = picture(7, 6);
    const auto sharper = test::changed(atd().checkpoint(), isScale, [](float value) { return value + 2.0F; });
    EXPECT_LT(distance(recogniseInFloat64(atd().checkpoint(), settings)(lr), recogniseInFloat64(sharper, settings)(lr)),
              test::closeTo);
    EXPECT_GT(distance(recogniseInFloat64(atd().checkpoint())(lr), recogniseInFloat64(sharper)(lr)), 1e-6);
}

TEST(Atd, CategoriesWithoutPixelsAreRefused) {
    for (const double size : {0.0, 2.5}) {
        EXPECT_THROW(static_cast<void>(recogniseInFloat64(atd().checkpoint(), test::assuming("category_size", {size}))),
                     Error);
    }
}

TEST(Atd, ImagesOfABatchAreIndependent) {
    test::expectIndependentImages(recogniseInFloat64(atd().checkpoint(), test::assuming("category_size", {10.0})), 6,
                                  9);
}

TEST(Atd, SaysThatItRoutes) {
    const auto network = recogniseInFloat64(atd(8).checkpoint());
    EXPECT_FALSE(network.card.routing.empty());
    EXPECT_FALSE(network.network->hasSecantRules());
    EXPECT_EQ(network.card.minimumSide, 4);
    EXPECT_EQ(network(picture(4, 5)).sizes().vec(), test::srSizes(4, 5, 2));
}

}  // namespace
}  // namespace lamscope::atd_test
