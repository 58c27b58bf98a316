// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "runtime/torch_headers.h"
#include "support/network_variants.h"
#include "support/small_networks.h"

namespace lamscope::msrn_test {
namespace {

using test::CheckpointMaker;
using test::distance;
using test::msrn;
using test::picture;
using test::recogniseInFloat64;

TEST(Msrn, AnyDepthWidthAndScale) {
    for (const int scale : {2, 3, 4, 8}) {
        const auto network = recogniseInFloat64(msrn(6, 2, scale).meanShift({114.4F, 111.5F, 103.0F}).checkpoint());
        EXPECT_EQ(network.card.architecture, "MSRN");
        EXPECT_EQ(network.card.scales, std::vector{scale});
        EXPECT_EQ(network.range, 255.0);
        EXPECT_EQ(network.card.receptiveField.radius, test::measuredRadius(network)) << scale;
        EXPECT_EQ(network(picture(7, 5)).sizes().vec(), test::srSizes(7, 5, scale));
        EXPECT_LE(test::regionError(network), 1e-10);
    }
    EXPECT_EQ(recogniseInFloat64(msrn(4, 8, 4).checkpoint()).card.receptiveField.radius, 36);
}

TEST(Msrn, MeanShiftThatSuperImageStoresAndLeavesOut) {
    auto maker = msrn(6, 2, 2);
    const auto plain = recogniseInFloat64(maker.checkpoint());
    EXPECT_EQ(plain.range, 1.0);
    EXPECT_TRUE(plain.card.mean.empty());
    ModelSettings settings;
    settings.assumptions["mean_shift"] = {0.0};
    const auto network = recogniseInFloat64(maker.meanShift({114.4F, 111.5F, 103.0F}).checkpoint(), settings);
    EXPECT_EQ(network.range, 1.0);
    EXPECT_TRUE(network.card.mean.empty());
    EXPECT_EQ(distance(network(picture(6, 5)), plain(picture(6, 5))), 0.0);
}

}  // namespace
}  // namespace lamscope::msrn_test
