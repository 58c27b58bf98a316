// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/orientation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace lamscope {
namespace {

using ::testing::ElementsAre;

// Pixels 0 1 2 / 3 4 5. TIFF 6.0 says of each orientation what the stored row 0 and column 0 are: of 6, the right and
// the top side, so that the picture is 3 0 / 4 1 / 5 2.
TEST(Orientation, PutsTheStoredRowsWhereTheTagSays) {
    Image stored(3, 2);
    for (int i = 0; i < 6; ++i) {
        stored.at(0, i / 3, i % 3) = static_cast<float>(i);
    }
    stored.file = "a.jpg";
    stored.bitDepth = 8;
    EXPECT_THAT(oriented(stored, 1).plane(0), ElementsAre(0, 1, 2, 3, 4, 5));
    EXPECT_THAT(oriented(stored, 2).plane(0), ElementsAre(2, 1, 0, 5, 4, 3));
    EXPECT_THAT(oriented(stored, 3).plane(0), ElementsAre(5, 4, 3, 2, 1, 0));
    EXPECT_THAT(oriented(stored, 4).plane(0), ElementsAre(3, 4, 5, 0, 1, 2));
    EXPECT_THAT(oriented(stored, 5).plane(0), ElementsAre(0, 3, 1, 4, 2, 5));
    EXPECT_THAT(oriented(stored, 6).plane(0), ElementsAre(3, 0, 4, 1, 5, 2));
    EXPECT_THAT(oriented(stored, 7).plane(0), ElementsAre(5, 2, 4, 1, 3, 0));
    EXPECT_THAT(oriented(stored, 8).plane(0), ElementsAre(2, 5, 1, 4, 0, 3));
    const auto turned = oriented(stored, 6);
    EXPECT_EQ(turned.width(), 2);
    EXPECT_EQ(turned.height(), 3);
    EXPECT_EQ(turned.file, "a.jpg");
    EXPECT_EQ(turned.bitDepth, 8);
    EXPECT_THROW(static_cast<void>(oriented(stored, 0)), Error);
    EXPECT_THROW(static_cast<void>(oriented(stored, 9)), Error);
    EXPECT_EQ(orientationText(6), "turned by 90 degrees clockwise");
}

}  // namespace
}  // namespace lamscope
