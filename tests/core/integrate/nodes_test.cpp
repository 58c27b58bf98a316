// SPDX-License-Identifier: GPL-3.0-or-later
#include "integrate/nodes.h"

#include <cmath>

#include <gtest/gtest.h>

#include "base/error.h"

namespace lamscope {
namespace {

TEST(UniformRightEndpoints, CellsAreEqualAndSampledAtTheirRightEnds) {
    const auto nodes = uniformRightEndpoints(4);
    EXPECT_EQ(nodes.alpha, (std::vector<double>{0.25, 0.5, 0.75, 1.0}));
    EXPECT_EQ(nodes.edge, (std::vector<double>{0.0, 0.25, 0.5, 0.75, 1.0}));
}

TEST(UniformRightEndpoints, NoNodeIsRefused) {
    EXPECT_THROW(static_cast<void>(uniformRightEndpoints(0)), Error);
}

/// Length α² at α: the inverse is the square root.
ArcLength quadraticLength(int cells) {
    std::vector<double> cumulative;
    for (int i = 0; i <= cells; ++i) {
        cumulative.push_back(std::pow(static_cast<double>(i) / cells, 2));
    }
    return ArcLength(cumulative);
}

TEST(ArcLengthMidpoints, HalveEachCellInLengthNotInAlpha) {
    const auto nodes = arcLengthMidpoints(quadraticLength(4096), 5);
    ASSERT_EQ(nodes.alpha.size(), 5U);
    ASSERT_EQ(nodes.edge.size(), 6U);
    for (int k = 0; k < 5; ++k) {
        EXPECT_NEAR(nodes.alpha[static_cast<std::size_t>(k)], std::sqrt((k + 0.5) / 5.0), 1e-4);
        EXPECT_NEAR(nodes.edge[static_cast<std::size_t>(k)], std::sqrt(k / 5.0), 1e-3);
    }
    EXPECT_EQ(nodes.edge.back(), 1.0);
}

TEST(ArcLengthMidpoints, NodeOfOneLevelIsTheMiddleNodeOfThreeOnTheNext) {
    const auto length = quadraticLength(97);
    const auto coarse = arcLengthMidpoints(length, 9);
    const auto fine = arcLengthMidpoints(length, 27);
    for (std::size_t j = 0; j < coarse.alpha.size(); ++j) {
        EXPECT_NEAR(coarse.alpha[j], fine.alpha[3 * j + 1], 1e-14);
    }
}

TEST(ArcLength, PathThatStandsStillIsParametrisedByAlpha) {
    const ArcLength still({0.0, 0.0, 0.0});
    EXPECT_EQ(still.alphaAt(0.25), 0.25);
}

TEST(ArcLength, RestBeginsAfterTheLastCellThatIsFastEnough) {
    const ArcLength length({0.0, 5.0, 5.02, 15.02, 15.06, 15.1});  // speeds 5, 0.02, 10, 0.04, 0.04
    EXPECT_EQ(length.restsFrom(0.01), 0.6);
    EXPECT_EQ(length.restsFrom(0.003), 1.0);
    EXPECT_EQ(quadraticLength(8).restsFrom(0.01), 1.0);  // fastest at its end
    EXPECT_EQ(ArcLength({0.0, 0.0, 0.0}).restsFrom(0.01), 1.0);
}

TEST(ArcLength, FlatPartIsSkipped) {
    const ArcLength length({0.0, 1.0, 1.0, 2.0});  // stands still in the middle third
    EXPECT_NEAR(length.alphaAt(0.25), 1.0 / 6.0, 1e-15);
    EXPECT_NEAR(length.alphaAt(0.75), 5.0 / 6.0, 1e-15);
}

TEST(ArcLength, DecreasingLengthIsRefused) {
    EXPECT_THROW(ArcLength({0.0, 1.0, 0.5}), Error);
    EXPECT_THROW(ArcLength({0.0}), Error);
}

TEST(TriplingLadder, LevelsBeginWithThree) {
    EXPECT_EQ(triplingLadder(81), (std::vector<int>{3, 9, 27, 81}));
    EXPECT_EQ(triplingLadder(3), (std::vector<int>{3}));
    EXPECT_EQ(triplingLadder(50), (std::vector<int>{50}));
    EXPECT_EQ(triplingLadder(1), (std::vector<int>{1}));
    EXPECT_TRUE(isOnTriplingLadder(243));
    EXPECT_FALSE(isOnTriplingLadder(12));
    EXPECT_FALSE(isOnTriplingLadder(1));
}

}  // namespace
}  // namespace lamscope
