// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/concentration.h"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"

namespace lamscope {
namespace {

TEST(Gini, IsZeroForAUniformMap) {
    const std::vector<double> map(4096, 0.3);
    EXPECT_NEAR(giniCoefficient(map), 0.0, 1e-12);
    EXPECT_NEAR(diffusionIndex(map), 100.0, 1e-9);
}

// With e = 1e-7 added, one pixel of 1 among n: G = (n - 1) / (n (1 + n e)), close to 1 - 1/n.
TEST(Gini, OfASinglePixelIsNearlyOne) {
    for (const std::size_t n : {2U, 100U, 4096U}) {
        std::vector<double> map(n, 0.0);
        map[n / 2] = 1.0;
        const auto count = static_cast<double>(n);
        EXPECT_NEAR(giniCoefficient(map), (count - 1.0) / (count * (1.0 + count * 1e-7)), 1e-12);
        EXPECT_NEAR(diffusionIndex(map), 100.0 / count, 100.0 * count * 1.1e-7);
    }
}

// By hand: (1, 2, 3, 4) has G = (-3*1 - 1*2 + 1*3 + 3*4) / (4 * 10) = 1/4; the order does not matter.
TEST(Gini, OfASmallVector) {
    const std::vector<double> map{3.0, 1.0, 4.0, 2.0};
    EXPECT_NEAR(giniCoefficient(map), 0.25, 1e-7);
    EXPECT_NEAR(giniCoefficient(map), 10.0 / (4.0 * (10.0 + 4e-7)), 1e-14);
    EXPECT_NEAR(diffusionIndex(map), 75.0, 1e-5);
}

// The Gini coefficient is half the relative mean absolute difference: the sum over all pairs, without sorting.
TEST(Gini, IsHalfTheRelativeMeanDifference) {
    std::vector<double> map;
    map.reserve(60);
    for (int i = 0; i < 60; ++i) {
        map.push_back(std::pow(std::abs(std::sin(7.0 * i)), 3.0));
    }
    double differences = 0.0;
    double sum = 0.0;
    for (const double a : map) {
        sum += a + 1e-7;
        for (const double b : map) {
            differences += std::abs(a - b);
        }
    }
    EXPECT_NEAR(giniCoefficient(map), differences / (2.0 * 60.0 * sum), 1e-13);
}

TEST(Gini, ZerosNeedNotBeInTheMap) {
    // By hand: (0, 0, 1, 3) has G = (1*1 + 3*3) / (4 * 4) = 5/8.
    const std::vector<double> part{3.0, 1.0};
    EXPECT_NEAR(giniCoefficient(part, 2), 0.625, 1e-6);
    EXPECT_NEAR(diffusionIndex(part, 2), 37.5, 1e-4);
    std::vector<double> map;
    for (int i = 0; i < 50; ++i) {
        map.push_back(std::pow(std::abs(std::sin(7.0 * i)), 3.0));
    }
    auto whole = map;
    whole.resize(100'000, 0.0);
    EXPECT_NEAR(giniCoefficient(map, whole.size() - map.size()), giniCoefficient(whole), 1e-13);
}

TEST(MassPixels, CountsTheLargest) {
    EXPECT_EQ(massPixels(std::vector<double>(100, 0.1)), 95U);
    EXPECT_EQ(massPixels(std::vector<double>(20, 1.0 / 3.0)), 19U);
    const std::vector<double> map{0.0, 50.0, 5.0, 30.0, 15.0, 0.0};
    EXPECT_EQ(massPixels(map, 0.5), 1U);
    EXPECT_EQ(massPixels(map, 0.51), 2U);
    EXPECT_EQ(massPixels(map), 3U);
    EXPECT_EQ(massPixels(map, 0.96), 4U);
    EXPECT_EQ(massPixels(map, 1.0), 4U);
    std::vector<double> padded(map);
    padded.resize(1000, 0.0);
    EXPECT_EQ(massPixels(padded), 3U);
}

TEST(RadiusOfGyration, IsTheRootMeanSquareDistance) {
    std::vector<double> map(12, 0.0);  // 4 x 3
    map[5] = 2.0;                      // pixel (1, 1), its centre at (1.5, 1.5)
    EXPECT_NEAR(radiusOfGyration(map, 4, 3, 1.5, 1.5), 0.0, 1e-15);
    EXPECT_NEAR(radiusOfGyration(map, 4, 3, 4.5, 5.5), 5.0, 1e-14);
    map[7] = 1.0;  // pixel (3, 1): distances 0, 0, 2 by weight
    EXPECT_NEAR(radiusOfGyration(map, 4, 3, 1.5, 1.5), std::sqrt(4.0 / 3.0), 1e-14);
    // A uniform square of side n about its centre: sqrt((n^2 - 1) / 6).
    EXPECT_NEAR(radiusOfGyration(std::vector<double>(81, 0.7), 9, 9, 4.5, 4.5), std::sqrt(80.0 / 6.0), 1e-12);
}

TEST(Concentration, RefusesMapsWithoutMeaning) {
    const std::vector<std::vector<double>> maps{{},
                                                {0.0, 0.0},
                                                {1.0, -0.1},
                                                {1.0, std::numeric_limits<double>::quiet_NaN()},
                                                {1.0, std::numeric_limits<double>::infinity()}};
    for (const auto& map : maps) {
        EXPECT_THROW(static_cast<void>(giniCoefficient(map)), Error);
        EXPECT_THROW(static_cast<void>(diffusionIndex(map)), Error);
        EXPECT_THROW(static_cast<void>(massPixels(map)), Error);
        EXPECT_THROW(static_cast<void>(radiusOfGyration(map, 2, 1, 0.0, 0.0)), Error);
    }
    const std::vector<double> good{1.0, 2.0};
    EXPECT_THROW(static_cast<void>(massPixels(good, 0.0)), Error);
    EXPECT_THROW(static_cast<void>(massPixels(good, 1.01)), Error);
    EXPECT_THROW(static_cast<void>(radiusOfGyration(good, 2, 2, 0.0, 0.0)), Error);
    EXPECT_THROW(static_cast<void>(radiusOfGyration(good, -2, -1, 0.0, 0.0)), Error);
    EXPECT_THROW(static_cast<void>(radiusOfGyration(good, 2, 1, std::nan(""), 0.0)), Error);
}

// By definition: share of the mass over share of the pixels.
TEST(MassRatio, ComparesSharesOfMassAndOfPixels) {
    const std::vector<std::uint8_t> mask{1, 0, 0, 1, 0, 0};
    EXPECT_DOUBLE_EQ(massRatio(std::vector<double>(6, 0.25), mask).value(), 1.0);
    EXPECT_DOUBLE_EQ(massRatio(std::vector<double>{2, 0, 0, 1, 0, 0}, mask).value(), 3.0);
    EXPECT_DOUBLE_EQ(massRatio(std::vector<double>{0, 2, 0, 0, 0, 1}, mask).value(), 0.0);
    EXPECT_DOUBLE_EQ(massRatio(std::vector<double>{1, 3, 0, 0, 0, 0}, mask).value(), 0.75);
    EXPECT_DOUBLE_EQ(massRatio(std::vector<double>{5, 1}, std::vector<std::uint8_t>{1, 1}).value(), 1.0);
}

TEST(MassRatio, IsNotDefinedWithoutAMask) {
    EXPECT_FALSE(massRatio(std::vector<double>{1, 2}, std::vector<std::uint8_t>{0, 0}));
    EXPECT_THROW(static_cast<void>(massRatio(std::vector<double>{1, 2}, std::vector<std::uint8_t>{1})), Error);
    EXPECT_THROW(static_cast<void>(massRatio(std::vector<double>{0, 0}, std::vector<std::uint8_t>{1, 1})), Error);
}

}  // namespace
}  // namespace lamscope
