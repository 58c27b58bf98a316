// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/network_variants.h"
#include "torch_headers.h"

namespace lamscope::safmn_test {
namespace {

using test::CheckpointMaker;
using test::picture;
using test::recogniseInFloat64;

CheckpointMaker safmn(std::int64_t features, int blocks, int levels, int scale, std::int64_t widening = 2) {
    CheckpointMaker maker;
    maker.convolution("to_feat", 3, features);
    for (int i = 0; i < blocks; ++i) {
        const auto prefix = fmt::format("feats.{}.", i);
        for (const auto* norm : {"norm1", "norm2"}) {
            maker.tensor(fmt::format("{}{}.weight", prefix, norm), {features});
            maker.tensor(fmt::format("{}{}.bias", prefix, norm), {features});
        }
        const auto part = features / levels;
        for (int level = 0; level < levels; ++level) {
            maker.convolution(fmt::format("{}safm.mfr.{}", prefix, level), 1, part);
        }
        maker.convolution(prefix + "safm.aggr", features, features, 1);
        maker.convolution(prefix + "ccm.ccm.0", features, widening * features);
        maker.convolution(prefix + "ccm.ccm.2", widening * features, features, 1);
    }
    return maker.convolution("to_img.0", features, std::int64_t{3} * scale * scale);
}

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
