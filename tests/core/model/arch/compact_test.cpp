// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/torch_headers.h"
#include "support/network_variants.h"

namespace lamscope::compact_test {
namespace {

using test::assuming;
using test::CheckpointMaker;
using test::distance;
using test::picture;
using test::recogniseInFloat64;

/// `between` convolutions between the first and the last.
CheckpointMaker compact(std::int64_t features, int between, int scale, bool hasSlopes) {
    CheckpointMaker maker;
    for (int i = 0; i <= between; ++i) {
        maker.convolution(fmt::format("body.{}", 2 * i), i == 0 ? 3 : features, features);
        if (hasSlopes) {
            maker.tensor(fmt::format("body.{}.weight", 2 * i + 1), {features});
        }
    }
    return maker.convolution(fmt::format("body.{}", 2 * between + 2), features, std::int64_t{3} * scale * scale);
}

TEST(Compact, AnyDepthWidthAndScaleWithAndWithoutSlopes) {
    for (const int scale : {1, 2, 3, 4}) {
        for (const bool hasSlopes : {false, true}) {
            const auto network = recogniseInFloat64(compact(5, scale, scale, hasSlopes).checkpoint());
            EXPECT_EQ(network.card.architecture, "Compact");
            EXPECT_EQ(network.card.scales, std::vector{scale});
            EXPECT_EQ(network.card.receptiveField.radius, scale + 2);
            EXPECT_EQ(network.card.receptiveField.radius, test::measuredRadius(network));
            EXPECT_LE(test::regionError(network), 1e-10);
        }
    }
}

TEST(Compact, AddsToTheRepeatedPixelsOfTheInput) {
    auto maker = compact(5, 2, 3, true);
    auto checkpoint = maker.checkpoint();
    for (auto& [key, data] : checkpoint.tensors) {
        if (key.starts_with("body.6.")) {
            std::ranges::fill(data.values, 0.0F);
        }
    }
    const auto input = picture(4, 5);
    const auto expected = input.repeat_interleave(3, 2).repeat_interleave(3, 3);
    EXPECT_EQ(distance(recogniseInFloat64(checkpoint)(input), expected), 0.0);
}

TEST(Compact, SlopeOfItsActivationMayBeGivenWhereTheFileHasNone) {
    const auto without = compact(4, 1, 2, false).checkpoint();
    auto slopes = compact(4, 1, 2, true).checkpoint();
    for (auto& [key, data] : slopes.tensors) {
        if (data.shape.size() == 1 && key.ends_with(".weight")) {
            std::ranges::fill(data.values, 0.25F);
        }
    }
    const auto input = picture(6, 7);
    const auto given = recogniseInFloat64(without, assuming("slope", {0.25}));
    EXPECT_LE(distance(given(input), recogniseInFloat64(slopes)(input)), 1e-12);
    EXPECT_THAT(recogniseInFloat64(without).card.assumed, testing::ElementsAre("slope 0"));
}

}  // namespace
}  // namespace lamscope::compact_test
