// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/cem/cem_grid.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "support/expect_error.h"

namespace lamscope::cem_grid_test {
namespace {

ModelCard cardOf(int scale, std::optional<int> radius = {}) {
    ModelCard card;
    card.name = "network";
    card.scale = scale;
    if (radius) {
        card.receptiveField.radius = radius;
        card.cropping.multiple = 1;
    }
    return card;
}

TEST(CemGrid, CutsTheLastRowAndColumn) {
    const CemGrid grid{7, 4, 3};
    EXPECT_EQ(grid.columns(), 3);
    EXPECT_EQ(grid.rows(), 2);
    EXPECT_EQ(grid.rectOf(0), (Rect{0, 0, 3, 3}));
    EXPECT_EQ(grid.rectOf(5), (Rect{6, 3, 1, 1}));
    EXPECT_EQ(grid.overlapping({2, 2, 2, 1}), (Rect{0, 0, 2, 1}));
    EXPECT_EQ(grid.overlapping({3, 2, 1, 2}), (Rect{1, 0, 1, 2}));
    EXPECT_EQ(grid.overlapping({-5, -5, 100, 100}), (Rect{0, 0, 3, 2}));
    EXPECT_EQ(grid.overlapping({7, 0, 2, 2}), Rect());
}

TEST(CemGrid, BlocksAreRoundedDownToLrPixels) {
    EXPECT_EQ(cemPlace(cardOf(4), 64, 64, {}, {96, 96, 32}).grid.side, 2);
    EXPECT_EQ(cemPlace(cardOf(3), 64, 64, {}, {96, 96, 32}).grid.side, 2);
    EXPECT_EQ(cemPlace(cardOf(1), 64, 64, {}, {16, 16, 32}).grid.side, 8);
}

// The page's areas: ROI 32 at x4 is 8 LR pixels; a reach of 21 makes 50, of 7 makes 22.
TEST(CemGrid, WindowsAreTheReach) {
    const auto carn = cemPlace(cardOf(4, 21), 64, 64, {}, {112, 112, 32});
    EXPECT_EQ(carn.roiLr, (Rect{28, 28, 8, 8}));
    EXPECT_EQ(carn.window, (Rect{7, 7, 50, 50}));
    EXPECT_EQ(carn.reach, carn.window);
    EXPECT_EQ(outwardBlocks(cemPlace(cardOf(4, 21), 64, 64, {}, {116, 116, 32}), 4).size(), 625U);
    EXPECT_EQ(outwardBlocks(cemPlace(cardOf(4, 7), 64, 64, {}, {116, 116, 32}), 4).size(), 121U);
    EXPECT_EQ(cemPlace(cardOf(4, 21), 64, 64, {}, {0, 0, 32}).reach, (Rect{0, 0, 29, 29}));
}

TEST(CemGrid, WindowsBeginAtMultiples) {
    auto card = cardOf(2, 3);
    card.cropping.multiple = 8;
    const auto place = cemPlace(card, 64, 64, {}, {40, 60, 8});
    EXPECT_EQ(place.reach, (Rect{17, 27, 10, 10}));
    EXPECT_EQ(place.window, (Rect{16, 24, 16, 16}));
}

TEST(CemGrid, NetworksThatMustSeeTheWholeDo) {
    const Rect whole{0, 0, 64, 48};
    auto global = cardOf(4, 5);
    global.receptiveField.global = true;
    auto uncroppable = cardOf(4, 5);
    uncroppable.cropping.multiple.reset();
    for (const auto& card : {cardOf(4), global, uncroppable}) {
        const auto place = cemPlace(card, 64, 48, {}, {0, 0, 32});
        EXPECT_EQ(place.window, whole);
        EXPECT_EQ(place.reach, whole);
    }
    CemOptions options;
    options.context = 0;
    EXPECT_EQ(cemPlace(cardOf(4, 5), 64, 48, options, {0, 0, 32}).reach, whole);
}

TEST(CemGrid, AContextIsASmallerQuestion) {
    CemOptions options;
    options.context = 24;
    const auto global = cemPlace(cardOf(4), 64, 48, options, {100, 100, 32});
    EXPECT_EQ(global.window, (Rect{17, 17, 24, 24}));
    EXPECT_EQ(global.reach, global.window);
    EXPECT_TRUE(global.isCut);
    const auto local = cemPlace(cardOf(4, 2), 64, 48, options, {100, 100, 32});
    EXPECT_EQ(local.window, (Rect{23, 23, 12, 12}));
    EXPECT_FALSE(local.isCut);
    const auto atTheEdge = cemPlace(cardOf(4), 64, 20, options, {224, 0, 32});
    EXPECT_EQ(atTheEdge.window, (Rect{40, 0, 24, 20}));
    options.context = 7;
    test::expectError(ErrorCode::InvalidArgument, {"7 LR pixels", "32x32"}, [&] {
        static_cast<void>(cemPlace(cardOf(4), 64, 48, options, {100, 100, 32}));
    });
}

TEST(CemGrid, ColoursBesideLumaLookTwoPixelsFar) {
    auto card = cardOf(4, 1);
    card.colour = ModelCard::Colour::Y;
    EXPECT_EQ(cemPlace(card, 64, 64, {}, {116, 116, 32}).reach, (Rect{27, 27, 12, 12}));
}

TEST(CemGrid, BlocksComeFromTheRegionOutwards) {
    const auto place = cemPlace(cardOf(4), 16, 12, {}, {40, 8, 8});
    const auto blocks = outwardBlocks(place, 4);
    ASSERT_EQ(blocks.size(), 48U);
    EXPECT_EQ(blocks.front(), 13U);  // column 5, row 1: the region itself
    EXPECT_EQ(blocks.back(), 40U);   // the corner that is farthest away
    auto sorted = blocks;
    std::ranges::sort(sorted);
    EXPECT_EQ(std::ranges::unique(sorted).begin(), sorted.end());
}

TEST(CemGrid, RegionsOffTheGridOverlapMoreBlocks) {
    const auto place = cemPlace(cardOf(4), 64, 64, {}, {36, 32, 32});
    EXPECT_EQ(place.roiBlocks, (Rect{4, 4, 5, 4}));
    EXPECT_EQ(place.officialRoiBlocks, (Rect{4, 4, 4, 4}));
}

TEST(CemGrid, RefusesWhatCannotBe) {
    const auto refuses = [](const std::vector<std::string>& parts, const Patch& roi, const CemOptions& options = {},
                            int width = 64, int height = 48) {
        test::expectError(ErrorCode::InvalidArgument, parts,
                          [&] { static_cast<void>(cemPlace(cardOf(4), width, height, options, roi)); });
    };
    refuses({"(-1, 0)", "256x192", "0 to 224"}, {-1, 0, 32});
    refuses({"(225, 0)"}, {225, 0, 32});
    refuses({"(0, 161)", "0 to 160"}, {0, 161, 32});
    refuses({"200x200", "does not fit"}, {0, 0, 200});
    refuses({"3x3", "x4"}, {0, 0, 3});
    CemOptions small;
    small.block = 3;
    refuses({"block of 3", "at least 4"}, {0, 0, 32}, small);
    CemOptions official;
    official.preset = CemPreset::Official;
    refuses({"official", "64x48", "fast"}, {0, 0, 32}, official);
    refuses({"official", "65x65"}, {0, 0, 32}, official, 65, 65);
    EXPECT_EQ(cemPlace(cardOf(4, 2), 64, 64, official, {0, 0, 32}).window, (Rect{0, 0, 64, 64}));
}

}  // namespace
}  // namespace lamscope::cem_grid_test
