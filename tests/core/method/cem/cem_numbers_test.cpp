// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/cem/cem_numbers.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "support/expect_error.h"

namespace lamscope::cem_numbers_test {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr double infinite = std::numeric_limits<double>::infinity();

TEST(CemNumbers, PsnrIsThatOfLevels) {
    EXPECT_EQ(psnrOfLevels(255.0 * 255.0), 0.0);
    EXPECT_NEAR(psnrOfLevels(1.0), 48.130803608679, 1e-9);
    EXPECT_EQ(psnrOfLevels(0.0), infinite);
}

Image flat(int side, float value) {
    Image image(side, side);
    std::ranges::fill(image.values(), value);
    return image;
}

TEST(CemNumbers, ARegionIsClippedAndRoundedHalfToEven) {
    const auto hr = flat(4, 100.0F / 255.0F);
    auto sr = hr;
    sr.at(0, 1, 1) = 2.0F;  // 155 levels above, once it is clipped
    sr.at(2, 3, 3) = -1.0F;
    EXPECT_NEAR(regionPsnr(sr, hr, {1, 1, 2}), psnrOfLevels(155.0 * 155.0 / 12.0), 1e-12);
    EXPECT_EQ(regionPsnr(sr, hr, {2, 1, 2}), infinite);
    // 100.5 levels, exact in float32 after the multiplication, become 100, and 101.5 become 102.
    const float half = 100.5F / 255.0F;
    ASSERT_EQ(half * 255.0F, 100.5F);
    EXPECT_EQ(regionPsnr(flat(4, half), hr, {0, 0, 4}), infinite);
    const float next = 101.5F / 255.0F;
    ASSERT_EQ(next * 255.0F, 101.5F);
    EXPECT_NEAR(regionPsnr(flat(4, next), hr, {0, 0, 4}), psnrOfLevels(4.0), 1e-12);
    sr.at(1, 0, 0) = std::numeric_limits<float>::quiet_NaN();
    EXPECT_TRUE(std::isnan(regionPsnr(sr, hr, {0, 0, 2})));
    test::expectError(ErrorCode::InvalidArgument, {"4x4", "5x5"}, [&] {
        static_cast<void>(regionPsnr(flat(5, 0.0F), hr, {0, 0, 2}));
    });
    EXPECT_THROW(static_cast<void>(regionPsnr(hr, hr, {3, 0, 2})), Error);
}

TEST(CemNumbers, EqualDrawsHaveNoError) {
    const std::vector same(3, 17.3);
    const auto estimate = cemEstimate(17.3, same);
    EXPECT_EQ(estimate.effect, 0.0);
    EXPECT_EQ(estimate.standardError, 0.0);
    EXPECT_EQ(estimate.draws, 3);
}

TEST(CemNumbers, DrawsOnBothSidesOfTheMeanHaveTheErrorOfTheirDistance) {
    constexpr double a = 0.25;
    const std::vector psnr{20.0 + a, 20.0 - a, 20.0 - a, 20.0 + a, 20.0 + a, 20.0 - a};
    const auto estimate = cemEstimate(21.0, psnr);
    EXPECT_NEAR(estimate.effect, 1.0, 1e-12);
    EXPECT_NEAR(estimate.standardError, a / std::sqrt(5.0), 1e-12);
}

TEST(CemNumbers, WhatIsNotFiniteDoesNotCount) {
    const auto estimate = cemEstimate(21.0, std::vector{unknown, 20.0, infinite, 18.0});
    EXPECT_EQ(estimate.draws, 2);
    EXPECT_NEAR(estimate.effect, 2.0, 1e-12);
    EXPECT_NEAR(estimate.standardError, 1.0, 1e-12);
    EXPECT_TRUE(std::isnan(cemEstimate(21.0, std::vector{unknown}).effect));
    EXPECT_TRUE(std::isnan(cemEstimate(21.0, std::vector{20.0}).standardError));
}

TEST(CemNumbers, SignsAreCertainByStudentsT) {
    EXPECT_NEAR(studentQuantile(50), 2.0095752371, 1e-9);  // tables of Student's t
    EXPECT_NEAR(studentQuantile(8), 2.3646242516, 1e-9);
    EXPECT_NEAR(studentQuantile(2), 12.7062047362, 1e-8);
    EXPECT_TRUE(hasCertainSign(-2.01, 1.0, 50));
    EXPECT_FALSE(hasCertainSign(-2.00, 1.0, 50));
    EXPECT_TRUE(hasCertainSign(0.01, 0.0, 2));
    EXPECT_FALSE(hasCertainSign(0.0, 0.0, 50));
    EXPECT_FALSE(hasCertainSign(1.0, unknown, 50));
    EXPECT_FALSE(hasCertainSign(1.0, 0.0, 1));
}

TEST(CemNumbers, BlocksOfTheRegionAreCountedApartOrAsPositive) {
    const std::vector<CemBlock> blocks{
        {-1.0, 0.1, 50}, {0.5, 0.4, 50},  {0.0, unknown, 3},      //
        {2.0, 0.1, 50},  {-3.0, 0.1, 50}, {unknown, unknown, 0},  //
    };
    const auto counts = cemCounts(blocks, 3, {0, 1, 2, 1});
    EXPECT_EQ(counts, (CemCounts{.negative = 1,
                                 .positive = 1,
                                 .zero = 1,
                                 .certainNegative = 1,
                                 .certainPositive = 0,
                                 .minimum = -1.0,
                                 .maximum = 0.5}));
    EXPECT_EQ(counts.range(), 1.5);
    EXPECT_EQ(officialCounts(blocks, 3, {0, 1, 2, 1}), (std::array{1, 3, 1}));
    EXPECT_TRUE(std::isnan(cemCounts(blocks, 3, {0, 0, 3, 2}).range()));
}

TEST(CemNumbers, ColoursAreThePublishedOnes) {
    constexpr double limit = 2.5;
    EXPECT_EQ(shownEffect(-5.0, limit), -1.0);
    EXPECT_NEAR(shownEffect(-1.0, limit), -0.4659972203002852, 1e-12);
    EXPECT_NEAR(shownEffect(-0.25, limit), -0.14677992676220694, 1e-12);
    EXPECT_NEAR(shownEffect(0.01, limit), 0.010039605768733641, 1e-12);
    EXPECT_NEAR(shownEffect(0.5, limit), 0.2615320972023661, 1e-12);
    EXPECT_EQ(shownEffect(2.5, limit), 1.0);
}

}  // namespace
}  // namespace lamscope::cem_numbers_test
