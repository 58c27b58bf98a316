// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/network_variants.h"
#include "torch_headers.h"

namespace lamscope::msrn_test {
namespace {

using test::CheckpointMaker;
using test::distance;
using test::picture;
using test::recogniseInFloat64;

CheckpointMaker msrn(std::int64_t features, int blocks, int scale) {
    CheckpointMaker maker;
    maker.convolution("head.0", 3, features);
    for (int i = 0; i < blocks; ++i) {
        const auto prefix = fmt::format("body.{}.", i);
        maker.convolution(prefix + "conv_3_1", features, features);
        maker.convolution(prefix + "conv_3_2", 2 * features, 2 * features);
        maker.convolution(prefix + "conv_5_1", features, features, 5);
        maker.convolution(prefix + "conv_5_2", 2 * features, 2 * features, 5);
        maker.convolution(prefix + "confusion", 4 * features, features, 1);
    }
    maker.convolution("tail.0", (blocks + 1) * features, features, 1).convolution("tail.1", features, features);
    for (int step = 0, rest = scale; rest > 1; ++step, rest /= scale == 3 ? 3 : 2) {
        maker.convolution(fmt::format("tail.2.{}", 2 * step), features, (scale == 3 ? 9 : 4) * features);
    }
    maker.convolution("tail.3", features, 3);
    return maker;
}

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
