// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/half_float.h"

#include <limits>

#include <gtest/gtest.h>

namespace lamscope {
namespace {

TEST(HalfFloat, EveryHalfComesBack) {
    for (std::uint32_t bits = 0; bits <= 0xFFFFU; ++bits) {
        const auto half = static_cast<std::uint16_t>(bits);
        const float value = floatFromHalf(half);
        if (!std::isnan(value)) {
            ASSERT_EQ(halfFromFloat(value), half) << bits;
        }
    }
}

TEST(HalfFloat, RoundsToTheNearestAndTiesToEven) {
    EXPECT_EQ(halfFromFloat(1.0F + 0x1p-11F), 0x3C00U);  // between 1 and the next: even
    EXPECT_EQ(halfFromFloat(1.0F + 0x1.8p-10F), 0x3C02U);
    EXPECT_EQ(halfFromFloat(1.0F + 0x1.01p-11F), 0x3C01U);
    EXPECT_EQ(halfFromFloat(0x1p-25F), 0U);  // half of the smallest
    EXPECT_EQ(halfFromFloat(0x1.8p-25F), 1U);
    EXPECT_EQ(halfFromFloat(65519.9F), 0x7BFFU);
    EXPECT_EQ(halfFromFloat(65520.0F), 0x7C00U);
    EXPECT_EQ(halfFromFloat(-std::numeric_limits<float>::infinity()), 0xFC00U);
    EXPECT_TRUE(std::isnan(floatFromHalf(halfFromFloat(std::nanf("")))));
}

}  // namespace
}  // namespace lamscope
