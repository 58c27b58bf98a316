// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/image.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace lamscope::image_test {
namespace {

Image numbered(int width, int height) {
    Image image(width, height);
    for (int channel = 0; channel < Image::channels; ++channel) {
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) {
                image.at(channel, y, x) = static_cast<float>(100 * channel + 10 * y + x);
            }
        }
    }
    return image;
}

TEST(Image, IsPlanarAndRowMajor) {
    const auto image = numbered(3, 2);
    EXPECT_THAT(image.plane(1), ::testing::ElementsAre(100, 101, 102, 110, 111, 112));
    EXPECT_EQ(image.values().size(), 18U);
    EXPECT_EQ(image.values()[6], 100.0F);
}

TEST(Image, CropsRectangles) {
    const auto part = numbered(5, 4).cropped({2, 1, 3, 2});
    EXPECT_EQ(part.width(), 3);
    EXPECT_EQ(part.height(), 2);
    EXPECT_THAT(part.plane(2), ::testing::ElementsAre(212, 213, 214, 222, 223, 224));
    const auto multiple = numbered(7, 5).croppedToMultiple(3);
    EXPECT_EQ(multiple.width(), 6);
    EXPECT_EQ(multiple.height(), 3);
    EXPECT_EQ(multiple.at(0, 2, 5), 25.0F);
}

TEST(Image, RefusesWhatDoesNotFit) {
    const auto image = numbered(5, 4);
    EXPECT_THROW(Image(0, 3), Error);
    EXPECT_THROW(static_cast<void>(image.cropped({3, 0, 3, 1})), Error);
    EXPECT_THROW(static_cast<void>(image.cropped({-1, 0, 2, 1})), Error);
    EXPECT_THROW(static_cast<void>(image.cropped({0, 0, 0, 1})), Error);
    EXPECT_THROW(static_cast<void>(image.cropped({2147483647, 0, 2147483647, 1})), Error);
    EXPECT_THROW(static_cast<void>(image.croppedToMultiple(5)), Error);
    EXPECT_THROW(static_cast<void>(image.croppedToMultiple(0)), Error);
}

}  // namespace
}  // namespace lamscope::image_test
