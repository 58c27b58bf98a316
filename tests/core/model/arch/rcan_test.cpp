// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "runtime/torch_headers.h"
#include "support/network_variants.h"

namespace lamscope::rcan_test {
namespace {

using test::CheckpointMaker;
using test::closeTo;
using test::distance;
using test::picture;
using test::recogniseInFloat64;

constexpr int groups = 2;
constexpr int blocks = 3;
constexpr std::int64_t features = 8;

/// `unshuffle`: the head sees the picture on a coarser grid.
CheckpointMaker rcan(int tailScale, int unshuffle = 1) {
    CheckpointMaker maker;
    maker.convolution(unshuffle > 1 ? "head.1" : "head.0", std::int64_t{3} * unshuffle * unshuffle, features);
    for (int g = 0; g < groups; ++g) {
        for (int r = 0; r < blocks; ++r) {
            const auto prefix = fmt::format("body.{}.body.{}.body.", g, r);
            maker.convolution(prefix + "0", features, features).convolution(prefix + "2", features, features);
            maker.convolution(prefix + "3.conv_du.0", features, features / 4, 1);
            maker.convolution(prefix + "3.conv_du.2", features / 4, features, 1);
        }
        maker.convolution(fmt::format("body.{}.body.{}", g, blocks), features, features);
    }
    maker.convolution(fmt::format("body.{}", groups), features, features);
    for (int step = 0, rest = tailScale; rest > 1; ++step, rest /= tailScale == 3 ? 3 : 2) {
        maker.convolution(fmt::format("tail.0.{}", 2 * step), features, (tailScale == 3 ? 9 : 4) * features);
    }
    maker.convolution("tail.1", features, 3);
    return maker;
}

std::string basicSrName(const std::string& key) {
    auto name = test::replaced(key, "head.0.", "conv_first.");
    name = test::replaced(name, ".3.conv_du.0.", ".3.attention.1.");
    name = test::replaced(name, ".3.conv_du.2.", ".3.attention.3.");
    for (int g = 0; g < groups; ++g) {
        name = test::replaced(name, fmt::format("body.{}.body.{}.weight", g, blocks),
                              fmt::format("body.{}.conv.weight", g));
        name =
            test::replaced(name, fmt::format("body.{}.body.{}.bias", g, blocks), fmt::format("body.{}.conv.bias", g));
        for (int r = 0; r < blocks; ++r) {
            name = test::replaced(name, fmt::format("body.{}.body.{}.body.", g, r),
                                  fmt::format("body.{}.residual_group.{}.rcab.", g, r));
        }
    }
    name = test::replaced(name, fmt::format("body.{}.", groups), "conv_after_body.");
    return test::replaced(test::replaced(name, "tail.0.", "upsample."), "tail.1.", "conv_last.");
}

TEST(Rcan, AnyDepthAndScaleWithAndWithoutMean) {
    for (const int scale : {2, 3, 4, 8}) {
        auto maker = rcan(scale);
        const auto plain = recogniseInFloat64(maker.checkpoint());
        EXPECT_EQ(plain.card.architecture, "RCAN");
        EXPECT_EQ(plain.card.scales, std::vector{scale});
        EXPECT_TRUE(plain.card.receptiveField.global);
        EXPECT_EQ(plain.range, 1.0);
        EXPECT_TRUE(plain.card.mean.empty());
        EXPECT_LE(test::regionError(plain), closeTo);

        const auto shifted = recogniseInFloat64(maker.meanShift({119.5F, 114.5F, 103.0F}).checkpoint());
        EXPECT_EQ(shifted.range, 255.0);
        const auto mean = torch::tensor({119.5, 114.5, 103.0}, torch::kFloat64).reshape({1, 3, 1, 1});
        const auto input = 255.0 * picture(7, 5);
        EXPECT_LE(distance(shifted(input), plain(input - mean) + mean), 1e-9);
    }
}

TEST(Rcan, EveryPixelHasASay) {
    const auto network = recogniseInFloat64(rcan(2).checkpoint());
    auto input = picture(60, 50).requires_grad_(true);
    const auto gradient = torch::autograd::grad({network.network->forward(input)[0][0][0][0]}, {input}).front();
    EXPECT_EQ(gradient.count_nonzero().item<std::int64_t>(), gradient.numel());
}

TEST(Rcan, BasicSrKeysHoldTheSameNetworkOnTheRangeOne) {
    const auto official = rcan(4);
    const auto network = recogniseInFloat64(test::renamed(official.checkpoint(), basicSrName));
    EXPECT_EQ(network.card.architecture, "RCAN");
    EXPECT_EQ(network.card.scales, std::vector{4});
    EXPECT_EQ(network.card.hyperparameters, recogniseInFloat64(official.checkpoint()).card.hyperparameters);
    EXPECT_EQ(network.range, 1.0);
    EXPECT_EQ(network.card.assumed, std::vector<std::string>{"residual_scale 1"});
    auto shifted = official;
    const auto expected =
        recogniseInFloat64(shifted.meanShift({255.0F * 0.4488F, 255.0F * 0.4371F, 255.0F * 0.4040F}).checkpoint());
    const auto input = picture(6, 5);
    // The constants of the two are float32 and differ in their last bits.
    EXPECT_LE(distance(network(input), expected(255.0 * input) / 255.0), 1e-6);
}

/// The same network with a head that sees, for a colour, the sum of the unshuffled head's weights.
Checkpoint withSummedHead(const Checkpoint& checkpoint, int perColour) {
    CheckpointMaker maker;
    for (const auto& [key, data] : checkpoint.tensors) {
        if (key != "head.1.weight") {
            maker.tensor(test::replaced(key, "head.1.", "head.0."), data.shape, data.values);
            continue;
        }
        const auto weight = torch::tensor(data.values).reshape({features, 3, perColour, 3, 3}).sum(2).contiguous();
        const auto* values = weight.const_data_ptr<float>();
        maker.tensor("head.0.weight", weight.sizes().vec(), std::vector<float>(values, values + weight.numel()));
    }
    return maker.checkpoint();
}

TEST(Rcan, UnshuffledHeadLowersTheScale) {
    for (const int unshuffle : {2, 4}) {
        const auto network = recogniseInFloat64(rcan(4, unshuffle).checkpoint());
        const int scale = 4 / unshuffle;
        EXPECT_EQ(network.card.scales, std::vector{scale});
        EXPECT_EQ(network.card.sizeMultiple, unshuffle);
        EXPECT_EQ(network(picture(13, 9)).sizes().vec(), test::srSizes(13, 9, scale));
        EXPECT_LE(test::regionError(network), closeTo);
        // On a picture of constant blocks, the head sees the block's value in each of its channels.
        const auto plain = recogniseInFloat64(withSummedHead(rcan(4, unshuffle).checkpoint(), unshuffle * unshuffle));
        const auto blocksOf = picture(6, 5);
        const auto enlarged = blocksOf.repeat_interleave(unshuffle, 2).repeat_interleave(unshuffle, 3);
        EXPECT_LE(distance(network(enlarged), plain(blocksOf)), 1e-6);
    }
    EXPECT_FALSE(test::isRecognised(rcan(3, 2).checkpoint()));
    EXPECT_FALSE(test::isRecognised(rcan(2, 4).checkpoint()));
}

}  // namespace
}  // namespace lamscope::rcan_test
