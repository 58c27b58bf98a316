// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/shifted_correlation.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/error.h"
#include "image/drawn_scene.h"
#include "support/expect_error.h"

namespace lamscope::shifted_correlation_test {
namespace {

Image flat(int side, float level) {
    Image image(side, side);
    std::ranges::fill(image.values(), level);
    return image;
}

/// The image with `factor` times its values and a constant added.
Image changed(Image image, float factor, float constant) {
    for (auto& value : image.values()) {
        value = factor * value + constant;
    }
    return image;
}

TEST(ShiftedCorrelation, OfAnImageWithItselfIsOne) {
    const auto image = drawScene(64);
    EXPECT_NEAR(largestShiftedCorrelation(image, image, 8), 1.0, 1e-5);
    EXPECT_NEAR(largestShiftedCorrelation(image, image, 0), 1.0, 1e-5);
}

TEST(ShiftedCorrelation, DoesNotSeeBrightnessAndContrast) {
    const auto image = drawScene(64);
    EXPECT_NEAR(largestShiftedCorrelation(image, changed(image, 0.3F, 0.4F), 8), 1.0, 1e-4);
    EXPECT_NEAR(largestShiftedCorrelation(image, changed(image, -1.0F, 1.0F), 0), -1.0, 1e-4);
}

TEST(ShiftedCorrelation, FindsShiftsUpToItsLimit) {
    const auto scene = drawScene(128);
    const auto image = scene.cropped({32, 32, 64, 64});
    for (const auto& [x, y] : {std::pair{8, -8}, {-8, 3}, {0, 8}}) {
        const auto shifted = scene.cropped({32 + x, 32 + y, 64, 64});
        EXPECT_NEAR(largestShiftedCorrelation(image, shifted, 8), 1.0, 1e-5) << x << " " << y;
        EXPECT_LT(largestShiftedCorrelation(image, shifted, 2), 0.99) << x << " " << y;
    }
}

/// Two pixels a side without a border: Pearson's coefficient of 4 values.
TEST(ShiftedCorrelation, IsPearsonsCoefficient) {
    Image first(2, 2);
    Image second(2, 2);
    for (int c = 0; c < Image::channels; ++c) {
        first.at(c, 0, 0) = 1.0F;
        first.at(c, 1, 1) = 1.0F;
        second.at(c, 0, 0) = 1.0F;
    }
    // Deviations ±1/2 and 3/4, -1/4, -1/4, -1/4: 1/2 over √(1 · 3/4).
    EXPECT_NEAR(largestShiftedCorrelation(first, second, 0), 0.5773503, 1e-5);
}

TEST(ShiftedCorrelation, FlatIsLikeNothing) {
    const auto image = drawScene(64);
    EXPECT_EQ(largestShiftedCorrelation(image, flat(64, 0.5F), 8), 0.0);
    EXPECT_EQ(largestShiftedCorrelation(flat(64, 0.5F), image, 8), 0.0);
    EXPECT_EQ(largestShiftedCorrelation(flat(64, 0.5F), flat(64, 0.5F), 8), 0.0);
}

TEST(ShiftedCorrelation, RefusesWhatCannotBeCompared) {
    const auto image = flat(16, 0.0F);
    for (const auto& [side, shift] : {std::pair{17, 2}, {16, -1}, {16, 8}}) {
        test::expectError(ErrorCode::InvalidArgument, {"16x16"}, [&, side = side, shift = shift] {
            static_cast<void>(largestShiftedCorrelation(image, flat(side, 0.0F), shift));
        });
    }
}

}  // namespace
}  // namespace lamscope::shifted_correlation_test
