// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/cem/interventions.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <gtest/gtest.h>

#include "base/portable_random.h"

namespace lamscope::interventions_test {
namespace {

/// Values 0…255 without symmetries.
std::vector<std::uint8_t> patchOf(int side, const char* key = "patch") {
    const PortableRandom random(key);
    std::vector<std::uint8_t> patch(static_cast<std::size_t>(side * side * 3));
    for (std::size_t i = 0; i < patch.size(); ++i) {
        patch[i] = static_cast<std::uint8_t>(random.integer(i) % 256);
    }
    return patch;
}

TEST(Interventions, EightToTwoHasTheStatedWeights) {
    constexpr std::array weights{-3, 19, 19, -3};
    for (const auto* key : {"one", "two", "three"}) {
        const auto patch = patchOf(8, key);
        const auto reduced = resizedPatch(patch, 8, 2);
        ASSERT_EQ(reduced.size(), 12U);
        for (std::size_t at = 0; at < reduced.size(); ++at) {
            const auto colour = at % 3;
            const auto x = at / 3 % 2;
            const auto y = at / 6;
            int sum = 0;
            for (std::size_t j = 0; j < 4; ++j) {
                for (std::size_t i = 0; i < 4; ++i) {
                    sum += weights[j] * weights[i] * patch[((4 * y + j) * 8 + 4 * x + i) * 3 + colour];
                }
            }
            // sum / 1024, half to even
            const double exact = std::clamp(sum / 1024.0, 0.0, 255.0);
            const double below = std::floor(exact);
            const double expected = exact - below == 0.5 ? below + std::fmod(below, 2.0) : std::floor(exact + 0.5);
            EXPECT_EQ(reduced[at], expected) << at;
        }
    }
}

TEST(Interventions, HalvesAreRoundedToEven) {
    std::vector<std::uint8_t> patch(8 * 8 * 3, 0);
    const auto red = [&](std::size_t y, std::size_t x) -> std::uint8_t& { return patch[(y * 8 + x) * 3]; };
    red(1, 1) = 171;  // three inner pixels of weight 361/1024, the sum 512: 180.5
    red(1, 2) = 171;
    red(2, 1) = 170;
    EXPECT_EQ(resizedPatch(patch, 8, 2)[0], 180);
    red(0, 0) = 7;   // weight 9/1024
    red(0, 1) = 55;  // weight -57/1024: together -3, and 177.5 remains
    EXPECT_EQ(resizedPatch(patch, 8, 2)[0], 178);
}

TEST(Interventions, SidesOfOtherBlocks) {
    const auto patch = patchOf(8);
    EXPECT_EQ(resizedPatch(patch, 8, 8), patch);
    const std::vector<std::uint8_t> flat(8 * 8 * 3, 77);
    for (const int side : {1, 2, 3, 4, 5, 6, 12, 16}) {
        const auto resized = resizedPatch(flat, 8, side);
        EXPECT_EQ(resized, std::vector<std::uint8_t>(static_cast<std::size_t>(side * side * 3), 77)) << side;
    }
    // One row of halves: 8 to 4 takes neighbours 2i and 2i + 1 in equal parts, the edge repeated.
    std::vector<std::uint8_t> ramp(8 * 8 * 3);
    for (std::size_t i = 0; i < ramp.size(); ++i) {
        ramp[i] = static_cast<std::uint8_t>(32 * (i / 3 % 8));
    }
    const auto reduced = resizedPatch(ramp, 8, 4);
    EXPECT_EQ(reduced[0], 13);  // (-3 * 0 + 19 * 0 + 19 * 32 - 3 * 64) / 32
    EXPECT_EQ(reduced[3], 80);  // linear inside
}

TEST(Interventions, DrawsDependOnBlockStageAndSeedAlone) {
    const CemDraw draw{CemStage::Fine, 2, 3, 4};
    EXPECT_EQ(keyOf(draw, 7), "cem/7/fine/2/3");
    EXPECT_EQ(keyOf({CemStage::Coarse, 10, 0, 1}, 0), "cem/0/coarse/10/0");
    EXPECT_EQ(drawnPatch(draw, 7, 1000), PortableRandom("cem/7/fine/2/3").integer(4) % 1000);
}

TEST(Interventions, NoiseIsClippedAndTruncated) {
    std::vector<std::uint8_t> patch(2 * 2 * 3, 100);
    patch[0] = 0;
    patch[4] = 255;
    const auto before = patch;
    const CemDraw draw{CemStage::Coarse, 1, 2, 3};
    addNoise(patch, 2, draw, 5, 50.0);
    const PortableRandom random("cem.noise/5/coarse/1/2/3");
    for (std::size_t colour = 0; colour < 3; ++colour) {
        for (std::size_t pixel = 0; pixel < 4; ++pixel) {
            const auto at = pixel * 3 + colour;
            const double noisy = before[at] + 50.0 * random.normal(colour * 4 + pixel);
            EXPECT_EQ(patch[at], std::floor(std::clamp(noisy, 0.0, 255.0))) << at;
        }
    }
    EXPECT_NE(patch, before);
}

}  // namespace
}  // namespace lamscope::interventions_test
