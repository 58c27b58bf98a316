// SPDX-License-Identifier: GPL-3.0-or-later
// What the records of MAN leave open: how far it looks, and groups of different numbers of blocks.
#include <gtest/gtest.h>

#include "support/network_variants.h"
#include "support/small_networks.h"

namespace lamscope::man_test {
namespace {

using test::man;
using test::recogniseInFloat64;

TEST(Man, LooksAsFarAsItsKernelsReach) {
    const auto network = recogniseInFloat64(man(6, {1}, 2).checkpoint());
    EXPECT_EQ(network.card.receptiveField.radius, 22 + 15 + 2);
    EXPECT_EQ(test::measuredRadius(network), 22 + 15 + 2);
}

TEST(Man, GroupsMayDiffer) {
    const auto network = recogniseInFloat64(man(6, {1, 2}, 2).checkpoint());
    EXPECT_EQ(network.scale, 2);
    EXPECT_EQ(network.card.receptiveField.radius, 3 * 22 + 2 * 15 + 3);
    EXPECT_EQ(network(test::picture(7, 9)).sizes().vec(), test::srSizes(7, 9, 2));
    EXPECT_LT(test::regionError(network), test::closeTo);
}

}  // namespace
}  // namespace lamscope::man_test
