// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "runtime/torch_headers.h"
#include "support/network_variants.h"
#include "support/small_networks.h"

namespace lamscope::safmn_test {
namespace {

using test::CheckpointMaker;
using test::picture;
using test::recogniseInFloat64;
using test::safmn;

TEST(Safmn, AnyDepthWidthAndScale) {
    for (const int scale : {2, 3, 4}) {
        for (const int levels : {3, 4}) {
            const auto network = recogniseInFloat64(safmn(12, 2, levels, scale).checkpoint());
            EXPECT_EQ(network.card.architecture, "SAFMN");
            EXPECT_EQ(network.card.scales, std::vector{scale});
            EXPECT_EQ(network.range, 1.0);
            EXPECT_EQ(network.card.minimumSide, 1 << (levels - 1));
            EXPECT_EQ(network(picture(9, 8)).sizes().vec(), (std::vector<std::int64_t>{1, 3, 9L * scale, 8L * scale}));
            EXPECT_LE(test::measuredRadius(network), network.card.receptiveField.radius);
            EXPECT_LE(test::regionError(network), 1e-12);
        }
    }
}

TEST(Safmn, OtherShapesAreRejected) {
    EXPECT_FALSE(test::isRecognised(safmn(13, 2, 4, 4).checkpoint()));  // parts of unequal size
}

}  // namespace
}  // namespace lamscope::safmn_test
