// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/torch_headers.h"
#include "support/network_variants.h"

namespace lamscope::edsr_test {
namespace {

using test::assuming;
using test::CheckpointMaker;
using test::closeTo;
using test::distance;
using test::picture;
using test::recogniseInFloat64;

const std::vector<float> div2kMean{0.4488F, 0.4371F, 0.4040F};

const std::vector<double> div2kMeanWidened(div2kMean.begin(), div2kMean.end());

std::vector<float> times255(std::vector<float> values) {
    std::ranges::transform(values, values.begin(), [](float value) { return 255.0F * value; });
    return values;
}

/// EDSR without its mean-shift layers.
CheckpointMaker edsr(std::int64_t features, int blocks, int scale) {
    CheckpointMaker maker;
    maker.convolution("head.0", 3, features);
    for (int i = 0; i < blocks; ++i) {
        maker.convolution(fmt::format("body.{}.body.0", i), features, features);
        maker.convolution(fmt::format("body.{}.body.2", i), features, features);
    }
    maker.convolution(fmt::format("body.{}", blocks), features, features);
    for (int step = 0, rest = scale; rest > 1; ++step, rest /= scale == 3 ? 3 : 2) {
        maker.convolution(fmt::format("tail.0.{}", 2 * step), features, (scale == 3 ? 9 : 4) * features);
    }
    maker.convolution("tail.1", features, 3);
    return maker;
}

TEST(Edsr, AnyDepthWidthAndScale) {
    for (const int scale : {1, 2, 3, 4, 8}) {
        for (const int blocks : {1, 3}) {
            const auto network = recogniseInFloat64(edsr(6, blocks, scale).meanShift(div2kMean).checkpoint());
            EXPECT_EQ(network.card.architecture, "EDSR");
            EXPECT_EQ(network.card.scales, std::vector{scale});
            EXPECT_EQ(network.card.receptiveField.radius, test::measuredRadius(network)) << scale << " " << blocks;
            EXPECT_EQ(network(picture(7, 5)).sizes().vec(), test::srSizes(7, 5, scale));
            EXPECT_LE(test::regionError(network), closeTo);
        }
    }
}

TEST(Edsr, PublishedReceptiveFields) {
    EXPECT_EQ(recogniseInFloat64(edsr(4, 16, 4).checkpoint()).card.receptiveField.radius, 36);
    EXPECT_EQ(recogniseInFloat64(edsr(4, 32, 4).checkpoint()).card.receptiveField.radius, 68);
}

// The restoration network of the sweeps: a skip over the features and none over the image.
TEST(Edsr, WithoutShiftAndEnlargementIsARowOfResidualBlocks) {
    const auto checkpoint = edsr(5, 2, 1).checkpoint();
    const auto network = recogniseInFloat64(checkpoint);
    const auto convolve = [&](const std::string& name, const torch::Tensor& x) {
        const auto tensor = [&](const std::string& key) {
            const auto* data = checkpoint.find(key);
            return torch::tensor(data->values).to(torch::kFloat64).view(data->shape);
        };
        return at::conv2d(x, tensor(name + ".weight"), tensor(name + ".bias"), 1, 1);
    };
    const auto first = convolve("head.0", picture(9, 7));
    auto x = first;
    for (const std::string block : {"body.0", "body.1"}) {
        x = x + convolve(block + ".body.2", at::relu(convolve(block + ".body.0", x)));
    }
    EXPECT_LE(distance(network(picture(9, 7)), convolve("tail.1", convolve("body.2", x) + first)), closeTo);
    EXPECT_EQ(network.card.scales, std::vector{1});
    EXPECT_TRUE(network.card.mean.empty());
    std::int64_t parameters = 0;
    const auto published = edsr(32, 8, 1);
    for (const auto& [key, data] : published.checkpoint().tensors) {
        parameters += data.numel();
    }
    EXPECT_EQ(parameters, 158979);
}

TEST(Edsr, RangeAndMeanAreThoseOfTheStoredShift) {
    const auto one = recogniseInFloat64(edsr(6, 2, 4).meanShift(div2kMean).checkpoint());
    EXPECT_EQ(one.range, 1.0);
    EXPECT_THAT(one.card.mean, testing::Pointwise(testing::DoubleEq(), div2kMeanWidened));
    const auto large = recogniseInFloat64(edsr(6, 2, 4).meanShift(times255(div2kMean)).checkpoint());
    EXPECT_EQ(large.range, 255.0);
    EXPECT_THAT(large.card.mean, testing::Pointwise(testing::DoubleNear(1e-6), one.card.mean));
    const auto none = recogniseInFloat64(edsr(6, 2, 4).checkpoint());
    EXPECT_EQ(none.range, 1.0);
    EXPECT_TRUE(none.card.mean.empty());
    EXPECT_THAT(none.card.assumed, testing::ElementsAre("residual_scale 1"));
}

TEST(Edsr, WideNetworkScalesItsResidualsByATenth) {
    const auto checkpoint = edsr(256, 1, 2).checkpoint();
    const auto input = picture(6, 5);
    const auto network = recogniseInFloat64(checkpoint);
    EXPECT_THAT(network.card.assumed, testing::ElementsAre("residual_scale 0.1"));
    // With one block, what follows the residual is linear.
    const auto without = recogniseInFloat64(checkpoint, assuming("residual_scale", {0.0}))(input);
    const auto full = recogniseInFloat64(checkpoint, assuming("residual_scale", {1.0}))(input);
    EXPECT_GT(distance(full, without), 1e-3);
    EXPECT_LE(distance(network(input), 0.9 * without + 0.1 * full), closeTo);
}

TEST(Edsr, MeanShiftThatSuperImageStoresAndLeavesOut) {
    const auto checkpoint = edsr(6, 2, 2).meanShift(times255(div2kMean)).checkpoint();
    EXPECT_THAT(recogniseInFloat64(checkpoint).card.assumed, testing::Contains("mean_shift 1"));
    const auto network = recogniseInFloat64(checkpoint, assuming("mean_shift", {0.0}));
    EXPECT_EQ(network.range, 1.0);
    EXPECT_TRUE(network.card.mean.empty());
    const auto plain = recogniseInFloat64(edsr(6, 2, 2).checkpoint());
    EXPECT_EQ(distance(network(picture(6, 5)), plain(picture(6, 5))), 0.0);
}

TEST(Edsr, BasicSrKeysHoldTheSameNetworkOnTheRangeOne) {
    static constexpr int blocks = 2;
    for (const int scale : {2, 3, 4}) {
        const auto official = edsr(6, blocks, scale);
        const auto basicSr = test::renamed(official.checkpoint(), [](const std::string& key) {
            auto name = test::replaced(key, "head.0.", "conv_first.");
            name = test::replaced(name, ".body.0.", ".conv1.");
            name = test::replaced(name, ".body.2.", ".conv2.");
            name = test::replaced(name, fmt::format("body.{}.", blocks), "conv_after_body.");
            name = test::replaced(name, "tail.0.", "upsample.");
            return test::replaced(name, "tail.1.", "conv_last.");
        });
        const auto network = recogniseInFloat64(basicSr);
        EXPECT_EQ(network.card.architecture, "EDSR");
        EXPECT_EQ(network.card.scales, std::vector{scale});
        EXPECT_EQ(network.range, 1.0);
        EXPECT_THAT(network.card.mean, testing::Pointwise(testing::DoubleEq(), div2kMeanWidened));
        EXPECT_EQ(network.card.receptiveField.radius, test::measuredRadius(network));
        auto shifted = official;
        const auto expected = recogniseInFloat64(shifted.meanShift(times255(div2kMean)).checkpoint());
        const auto input = picture(6, 5);
        // The constants of the two are float32 and differ in their last bits.
        EXPECT_LE(distance(network(input), expected(255.0 * input) / 255.0), 1e-6);
    }
}

TEST(Edsr, OtherShapesAreRejected) {
    auto extra = edsr(6, 2, 2);
    EXPECT_FALSE(test::isRecognised(extra.convolution("tail.2", 6, 6).checkpoint()));
    auto fourSteps = edsr(6, 2, 8);
    EXPECT_FALSE(test::isRecognised(fourSteps.convolution("tail.0.6", 6, 24).checkpoint()));
    auto afterThree = edsr(6, 2, 3);
    EXPECT_FALSE(test::isRecognised(afterThree.convolution("tail.0.2", 6, 54).checkpoint()));
}

}  // namespace
}  // namespace lamscope::edsr_test
