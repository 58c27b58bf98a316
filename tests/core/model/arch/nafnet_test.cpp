// SPDX-License-Identifier: GPL-3.0-or-later
// What the record of NAFNet leaves open: averages over parts of the image, grey images, other depths.
#include <algorithm>

#include <gtest/gtest.h>

#include "model/arch/local_average.h"
#include "runtime/torch_headers.h"
#include "support/expect_error.h"
#include "support/restoration_networks.h"
#include "support/transformer_variants.h"

namespace lamscope::nafnet_test {
namespace {

using test::assuming;
using test::closeTo;
using test::distance;
using test::nafnet;
using test::picture;
using test::recogniseInFloat64;

/// The average over the square whose middle is nearest to the pixel, of those inside the image.
double averageAt(const torch::Tensor& channel, std::int64_t row, std::int64_t column, std::int64_t side) {
    const auto start = [&](std::int64_t at, std::int64_t extent) {
        return std::clamp<std::int64_t>(at - (side - 1) / 2, 0, std::max<std::int64_t>(extent - side, 0));
    };
    const auto rows = std::min(side, channel.size(0));
    const auto columns = std::min(side, channel.size(1));
    return channel.narrow(0, start(row, channel.size(0)), rows)
        .narrow(1, start(column, channel.size(1)), columns)
        .mean()
        .item<double>();
}

TEST(AverageAround, IsThatOfTheNearestSquareInsideTheImage) {
    const auto x = picture(7, 11, 2);
    for (const std::int64_t side : {1, 2, 3, 6, 7, 8, 10}) {
        const auto averages = averageAround(x, side);
        ASSERT_EQ(averages.sizes(), x.sizes()) << side;
        for (std::int64_t row = 0; row < 7; ++row) {
            for (std::int64_t column = 0; column < 11; ++column) {
                EXPECT_NEAR(averages[0][1][row][column].item<double>(), averageAt(x[0][1], row, column, side), 1e-14)
                    << side << " at " << row << "," << column;
            }
        }
    }
    const auto whole = averageAround(x, 11);
    EXPECT_EQ(whole.sizes(), torch::IntArrayRef({1, 2, 1, 1}));
    EXPECT_NEAR(whole[0][1].item<double>(), x[0][1].mean().item<double>(), 1e-14);
}

TEST(NafNet, PoolsTheWholeImageUnlessTheUserSaysSo) {
    const auto checkpoint = nafnet(4, {1, 1}, 1, {1, 1}).checkpoint();
    const auto usual = recogniseInFloat64(checkpoint);
    EXPECT_EQ(usual.card.assumed, std::vector<std::string>{"tlsc 0"});
    EXPECT_TRUE(usual.card.receptiveField.global);
    const auto local = recogniseInFloat64(checkpoint, assuming("tlsc", {16.0}));
    // An image of 1.5 times the side of the patches is still pooled whole.
    EXPECT_LT(distance(local(picture(24, 24)), usual(picture(24, 24))), closeTo);
    EXPECT_GT(distance(local(picture(28, 24)), usual(picture(28, 24))), 1e-6);
    EXPECT_LT(test::regionError(local), closeTo);
}

TEST(NafNet, RefusesPatchesOfNoWholeNumberOfPixels) {
    const auto checkpoint = nafnet(4, {1}, 1, {1}).checkpoint();
    for (const double patch : {-1.0, 0.5, 1e6}) {
        test::expectError(ErrorCode::InvalidArgument, {"tlsc=", "256"},
                          [&] { static_cast<void>(recogniseInFloat64(checkpoint, assuming("tlsc", {patch}))); });
    }
}

TEST(NafNet, DepthsComeFromTheFile) {
    const auto network = recogniseInFloat64(nafnet(2, {1, 0, 2}, 2, {1, 1, 0}).checkpoint());
    EXPECT_EQ(test::hyperparameter(network, "encoder blocks"), "1 0 2");
    EXPECT_EQ(test::hyperparameter(network, "middle blocks"), "2");
    EXPECT_EQ(test::hyperparameter(network, "decoder blocks"), "1 1 0");
    EXPECT_EQ(network(picture(5, 3)).sizes(), torch::IntArrayRef({1, 3, 5, 3})) << "no side is too small";
    test::expectIndependentImages(network, 8, 9);
}

TEST(NafNet, ZerosContinueTheImage) {
    const auto network = recogniseInFloat64(nafnet(4, {1, 1}, 1, {1, 1}).checkpoint());
    const auto lr = picture(6, 9);
    const auto padded = torch::constant_pad_nd(lr, {0, 3, 0, 2});
    EXPECT_LT(distance(network(lr), network(padded).narrow(2, 0, 6).narrow(3, 0, 9)), closeTo);
}

}  // namespace
}  // namespace lamscope::nafnet_test
