// SPDX-License-Identifier: GPL-3.0-or-later
#include "scene/network_input.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "image/drawn_scene.h"
#include "scene/grid_words.h"
#include "support/expect_error.h"

namespace lamscope {
namespace {

InputRecipe recipeOf(const std::string& recipe, std::uint64_t seed = 0) {
    return {.role = ImageRole::Hr, .degradation = degradationFromString(recipe), .degradationSeed = seed};
}

bool samePixels(const Image& a, const Image& b) {
    return a.width() == b.width() && a.height() == b.height() && std::ranges::equal(a.values(), b.values());
}

Image greyImage(int width, int height, float level) {
    Image image(width, height);
    std::ranges::fill(image.values(), level / 255.0F);
    image.file = "grey.png";
    return image;
}

TEST(NetworkInput, WithoutARecipeIsAReduction) {
    const auto hr = drawScene(47);
    for (const auto reduction : reductions) {
        for (const int scale : {2, 3, 4}) {
            const auto made = makeInput(hr, {}, {.role = ImageRole::Hr, .reduction = reduction}, scale);
            const auto expected = makeLowResolution(hr, scale, reduction);
            EXPECT_TRUE(samePixels(made.lr, expected.lr));
            EXPECT_TRUE(samePixels(made.hr, expected.hr));
            EXPECT_EQ(made.lr.bitDepth, expected.lr.bitDepth);
        }
    }
}

// A rainy photograph would become its own truth.
TEST(NetworkInput, AtScale1AnImageAloneIsTheInputAndNoReference) {
    auto image = greyImage(20, 12, 100.0F);
    image.at(1, 3, 4) = 0.123456F;  // of a floating-point file: nothing is rounded
    for (const auto role : {ImageRole::Hr, ImageRole::Lr}) {
        const InputRecipe recipe{.role = role, .reduction = Reduction::Matlab};
        EXPECT_TRUE(isInputItself(recipe, 1));
        const auto made = makeInput(image, {}, recipe, 1);
        EXPECT_TRUE(samePixels(made.lr, image));
        EXPECT_TRUE(made.hr.empty());
        EXPECT_TRUE(rainMaskOf(made, recipe, 1).empty());
        const auto beside = greyImage(20, 12, 90.0F);
        EXPECT_TRUE(samePixels(makeInput(image, beside, recipe, 1).hr, beside));
    }
    EXPECT_FALSE(isInputItself({.role = ImageRole::Hr}, 2));
    EXPECT_TRUE(isInputItself({.role = ImageRole::Lr}, 2));
}

TEST(NetworkInput, OfARecipeIsDegradedAndTheCleanImageIsTheReference) {
    const auto clean = drawScene(48);
    for (const auto* text : {"rain:small", "noise:15", "blur:1.5+noise:5+jpeg:40"}) {
        const auto recipe = recipeOf(text, 7);
        for (const int scale : {1, 2}) {
            const auto made = makeInput(clean, {}, recipe, scale);
            const auto expected = degrade(clean, scale, Reduction::Pillow, recipe.degradation, 7);
            EXPECT_TRUE(samePixels(made.lr, expected.lr)) << text;
            EXPECT_FALSE(samePixels(made.lr, makeInput(clean, {}, recipeOf(text, 8), scale).lr)) << text;
            EXPECT_TRUE(samePixels(made.hr, clean)) << text;
        }
    }
}

TEST(NetworkInput, SaysWhatAReferenceOfTheWrongSizeIs) {
    auto input = greyImage(10, 8, 1.0F);
    input.file = "rainy.png";
    const InputRecipe recipe;
    for (const auto& [width, height] : {std::pair{11, 8}, {10, 7}}) {
        test::expectError(ErrorCode::InvalidArgument, {"rainy.png", "grey.png", "10x8"},
                          [&] { static_cast<void>(makeInput(input, greyImage(width, height, 1.0F), recipe, 1)); });
    }
    test::expectError(ErrorCode::InvalidArgument, {"less than 4 times", "grey.png"},
                      [&] { static_cast<void>(makeInput(input, greyImage(39, 33, 1.0F), recipe, 4)); });
    EXPECT_EQ(makeInput(input, greyImage(41, 33, 1.0F), recipe, 4).hr.width(), 40);
}

// On a grey image nothing is clipped: the rain that was drawn is the difference, to the rounding of the levels.
TEST(RainMask, OfARecipeIsWhereTheImageBecameBrighter) {
    const auto clean = greyImage(64, 48, 20.0F);
    for (const auto* text : {"rain:small:0.5", "rain:large:0.3"}) {
        const auto recipe = recipeOf(text, 3);
        const auto pair = makeInput(clean, {}, recipe, 1);
        const auto mask = rainMaskOf(pair, recipe, 1);
        const auto ofPair = rainMaskOf(pair, {.role = ImageRole::Lr}, 1);
        EXPECT_EQ(mask.width, 64);
        EXPECT_EQ(mask.height, 48);
        EXPECT_EQ(mask.pixels, ofPair.pixels);
        const auto covered = std::accumulate(mask.pixels.begin(), mask.pixels.end(), 0);
        EXPECT_GT(covered, 64);
        EXPECT_LT(covered, 64 * 48);
    }
}

TEST(RainMask, OfAPairIsWhereSomeColourIsBrighter) {
    const auto clean = greyImage(3, 2, 100.0F);
    auto rainy = clean;
    rainy.at(0, 0, 1) = 101.0F / 255.0F;
    rainy.at(2, 1, 2) = 200.0F / 255.0F;
    rainy.at(1, 1, 2) = 0.0F;
    rainy.at(0, 1, 0) = 99.0F / 255.0F;
    const auto mask = rainMaskOf(makeInput(rainy, clean, {}, 1), {}, 1);
    EXPECT_THAT(mask.pixels, testing::ElementsAre(0, 1, 0, 0, 0, 1));
}

TEST(RainMask, IsNotKnownOfOtherDegradationsAndScales) {
    const auto clean = drawScene(32);
    for (const auto* text : {"noise:20", "blur:1"}) {
        const auto recipe = recipeOf(text);
        EXPECT_TRUE(rainMaskOf(makeInput(clean, {}, recipe, 1), recipe, 1).empty()) << text;
    }
    const auto rain = recipeOf("rain:small");
    EXPECT_TRUE(rainMaskOf(makeInput(clean, {}, rain, 2), rain, 2).empty());
    const InputRecipe lr;
    EXPECT_TRUE(rainMaskOf(makeInput(clean, drawScene(64), lr, 2), lr, 2).empty());
}

TEST(GridWords, HaveNoResolutionAtScale1) {
    EXPECT_EQ(gridWords(1).input, "input");
    EXPECT_EQ(gridWords(1).reference, "reference");
    EXPECT_EQ(gridWords(4).input, "LR");
    EXPECT_EQ(gridWords(2).output, "SR");
}

}  // namespace
}  // namespace lamscope
