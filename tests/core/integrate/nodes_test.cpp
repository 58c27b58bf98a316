// SPDX-License-Identifier: GPL-3.0-or-later
#include "integrate/nodes.h"

#include <cmath>

#include <gtest/gtest.h>

#include "base/error.h"

namespace lamscope {
namespace {

TEST(Nodes, LeftEndpointsBeginAtTheStartAndLeaveTheEndOut) {
    const auto nodes = uniformLeftEndpoints(4);
    EXPECT_EQ(nodes.alpha, (std::vector{0.0, 0.25, 0.5, 0.75}));
    EXPECT_EQ(nodes.edge, (std::vector{0.0, 0.25, 0.5, 0.75, 1.0}));
}

TEST(Nodes, UniformMidpointsOfAThirdAreAmongThem) {
    const auto coarse = uniformMidpoints(27);
    const auto fine = uniformMidpoints(81);
    for (std::size_t k = 0; k < coarse.size(); ++k) {
        EXPECT_EQ(coarse.alpha[k], fine.alpha[3 * k + 1]);
    }
}

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

TEST(ArcLength, SpeedIsItsSlope) {
    const auto length = quadraticLength(4096);
    EXPECT_NEAR(length.speedAt(0.25) / length.speedAt(0.5), 0.5, 1e-3);
    EXPECT_NEAR(length.speedAt(1.0) / length.speedAt(0.5), 2.0, 1e-3);
    EXPECT_EQ(ArcLength({0.0, 3.0}).speedAt(1.0), 3.0);
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

TEST(ArcLength, FractionIsTheInverseOfAlpha) {
    const auto length = quadraticLength(64);
    for (const double fraction : {0.0, 0.1, 0.5, 0.99, 1.0}) {
        EXPECT_NEAR(length.fractionAt(length.alphaAt(fraction)), fraction, 1e-12);
    }
}

TEST(CellsByDensity, EqualDensityGivesEqualLengths) {
    const auto nodes = cellsByDensity(quadraticLength(4096), {.edge = {0.0, 0.3, 1.0}, .value = {5.0, 5.0}}, 4);
    EXPECT_TRUE(nodes.cells);
    ASSERT_EQ(nodes.size(), 4U);
    for (int k = 0; k <= 4; ++k) {
        EXPECT_NEAR(nodes.edge[static_cast<std::size_t>(k)], std::sqrt(k / 4.0), 1e-3);
    }
    EXPECT_EQ(nodes.place(1), (SamplePlace{nodes.edge[1], nodes.edge[2]}));
    EXPECT_EQ(nodes.alpha.back(), 1.0);
}

TEST(CellsByDensity, AreShortWhereTheDensityIsLarge) {
    // Mean 1; the weights are (0.1 + 0.9·1.9)^0.7 and (0.1 + 0.9·0.1)^0.7 on one half each.
    const double dense = std::pow(0.1 + 0.9 * 1.9, 0.7);
    const double sparse = std::pow(0.1 + 0.9 * 0.1, 0.7);
    const auto nodes = cellsByDensity(ArcLength({0.0, 1.0}), {.edge = {0.0, 0.5, 1.0}, .value = {19.0, 1.0}}, 10);
    EXPECT_NEAR(nodes.edge[1], 0.1 * (dense + sparse) / 2.0 / dense, 1e-12);
    EXPECT_NEAR(nodes.edge[10] - nodes.edge[9], 0.1 * (dense + sparse) / 2.0 / sparse, 1e-12);
}

TEST(CellsByDensity, NothingKnownMeansShorterCellsTowardsTheImage) {
    const auto nodes = cellsByDensity(ArcLength({0.0, 1.0}), firstCellDensity(), 7);
    EXPECT_GT(nodes.edge[1] - nodes.edge[0], 1.5 * (nodes.edge[7] - nodes.edge[6]));
    EXPECT_NEAR(nodes.edge[7] - nodes.edge[6], nodes.edge[6] - nodes.edge[5], 1e-9);
}

TEST(CellLadder, GrowsByNineQuarters) {
    EXPECT_EQ(cellLadder(81), (std::vector<int>{3, 7, 16, 36, 81}));
    EXPECT_EQ(cellLadder(80), (std::vector<int>{3, 7, 16, 36}));
    EXPECT_EQ(cellLadder(182), (std::vector<int>{3, 7, 16, 36, 81, 182}));
    EXPECT_EQ(cellLadder(7), (std::vector<int>{3, 7}));
    EXPECT_EQ(cellLadder(6), (std::vector<int>{3}));
    EXPECT_EQ(cellLadder(1), (std::vector<int>{3}));
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
