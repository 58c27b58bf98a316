// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/colour.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace lamscope::colour_test {
namespace {

// The definition's corners: black 16, white 235, and the three weights.
TEST(Luma, HasTheStudioRange) {
    Image image(5, 1);
    for (int channel = 0; channel < Image::channels; ++channel) {
        image.at(channel, 0, 1) = 1.0F;
        image.at(channel, 0, 2 + channel) = 1.0F;
    }
    const auto plane = luma(image);
    ASSERT_EQ(plane.size(), 5U);
    EXPECT_NEAR(plane[0], 16.0, 1e-12);
    EXPECT_NEAR(plane[1], 235.0, 1e-12);
    EXPECT_NEAR(plane[2], 16.0 + 65.481, 1e-12);
    EXPECT_NEAR(plane[3], 16.0 + 128.553, 1e-12);
    EXPECT_NEAR(plane[4], 16.0 + 24.966, 1e-12);
}

TEST(NearestLevel, ClampsAndRoundsToTheNearest) {
    EXPECT_EQ(nearestLevel(0.0, 255), 0);
    EXPECT_EQ(nearestLevel(1.0, 255), 255);
    EXPECT_EQ(nearestLevel(-0.3, 255), 0);
    EXPECT_EQ(nearestLevel(1.7, 65535), 65535);
    EXPECT_EQ(nearestLevel(100.49 / 255.0, 255), 100);
    EXPECT_EQ(nearestLevel(100.51 / 255.0, 255), 101);
    EXPECT_EQ(nearestLevel(0.5, 255), 128);  // 127.5, a half
    EXPECT_EQ(nearestLevel(std::numeric_limits<double>::quiet_NaN(), 255), 0);
    EXPECT_EQ(nearestLevel(std::numeric_limits<double>::infinity(), 255), 255);
    EXPECT_EQ(nearestLevel(-std::numeric_limits<double>::infinity(), 255), 0);
}

TEST(Quantise8, KeepsEveryLevelOfAnEightBitFile) {
    Image image(256, 1);
    for (int level = 0; level < 256; ++level) {
        image.at(1, 0, level) = static_cast<float>(level) / 255.0F;
    }
    image.file = "name";
    const auto result = quantise8(image);
    EXPECT_EQ(result.bitDepth, 8);
    EXPECT_EQ(result.file, "name");
    for (int level = 0; level < 256; ++level) {
        EXPECT_EQ(result.at(1, 0, level), image.at(1, 0, level));
    }
    image.at(0, 0, 0) = 0.4999F;
    EXPECT_EQ(quantise8(image).at(0, 0, 0), 127.0F / 255.0F);
}

}  // namespace
}  // namespace lamscope::colour_test
