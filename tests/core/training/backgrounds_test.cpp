// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/backgrounds.h"

#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lamscope {
namespace {

TEST(Backgrounds, FewerAreAPartOfMore) {
    const auto many = chosenBackgrounds(10, 25, 3);
    ASSERT_EQ(many.size(), 25U);
    for (const std::size_t count : {1U, 4U, 10U, 17U}) {
        EXPECT_EQ(chosenBackgrounds(10, count, 3), std::vector(many.begin(), many.begin() + count));
    }
}

TEST(Backgrounds, AllImagesComeOnceBeforeOneComesTwice) {
    const auto chosen = chosenBackgrounds(10, 30, 3);
    for (int round = 0; round < 3; ++round) {
        const std::set<std::size_t> once(chosen.begin() + 10 * round, chosen.begin() + 10 * (round + 1));
        EXPECT_EQ(once.size(), 10U);
        EXPECT_EQ(*once.rbegin(), 9U);
    }
}

TEST(Backgrounds, EverySeedChoosesAnewAndAllImagesHaveTheirChance) {
    constexpr int seeds = 2000;
    std::vector<int> first(4);
    for (int seed = 0; seed < seeds; ++seed) {
        ++first[chosenBackgrounds(4, 1, static_cast<std::uint64_t>(seed)).front()];
    }
    for (const int count : first) {
        EXPECT_NEAR(count, seeds / 4, 5.0 * std::sqrt(seeds * 0.25 * 0.75));  // five standard deviations
    }
}

TEST(Backgrounds, SquaresLieInTheImageAndReachItsBorders) {
    std::set<int> columns;
    std::set<int> rows;
    for (std::size_t i = 0; i < 300; ++i) {
        const auto place = placeOfBackground(i, 12, 9, 8, 5);
        EXPECT_EQ(place, placeOfBackground(i, 12, 9, 8, 5));
        EXPECT_EQ(place.width, 8);
        EXPECT_EQ(place.height, 8);
        columns.insert(place.x);
        rows.insert(place.y);
    }
    EXPECT_THAT(columns, testing::ElementsAre(0, 1, 2, 3, 4));
    EXPECT_THAT(rows, testing::ElementsAre(0, 1));
    EXPECT_EQ(placeOfBackground(0, 8, 8, 8, 5), (Rect{.x = 0, .y = 0, .width = 8, .height = 8}));
}

}  // namespace
}  // namespace lamscope
