// SPDX-License-Identifier: GPL-3.0-or-later
// What the records of MAN leave open: how far it looks, and groups of different numbers of blocks.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/network_variants.h"

namespace lamscope::man_test {
namespace {

using test::CheckpointMaker;
using test::recogniseInFloat64;

constexpr std::int64_t features = 6;

void addDepthwise(CheckpointMaker& maker, const std::string& prefix, std::int64_t channels, std::int64_t kernel) {
    maker.tensor(prefix + ".weight", {channels, 1, kernel, kernel}).tensor(prefix + ".bias", {channels});
}

void addLargeKernel(CheckpointMaker& maker, const std::string& prefix, std::int64_t channels, std::int64_t near) {
    addDepthwise(maker, prefix + ".0", channels, near);
    addDepthwise(maker, prefix + ".1", channels, near + 2);
    maker.convolution(prefix + ".2", channels, channels, 1);
}

/// `groups` are the numbers of their blocks.
CheckpointMaker man(const std::vector<int>& groups) {
    CheckpointMaker maker;
    maker.meanShift({0.4488F, 0.4371F, 0.4040F}).convolution("head", 3, features).convolution("tail.0", features, 12);
    if (groups.size() > 1) {
        maker.convolution("body_t", features, features);
    }
    for (std::size_t g = 0; g < groups.size(); ++g) {
        const auto group = fmt::format("body.{}.", g);
        maker.convolution(group + "body_t.conv0.0", features, features, 1)
            .convolution(group + "body_t.conv1", features, features, 1);
        addLargeKernel(maker, group + "body_t.att", features, 7);
        for (int b = 0; b < groups[g]; ++b) {
            const auto block = fmt::format("{}body.{}.", group, b);
            for (const char* half : {"LKA", "LFE"}) {
                maker.tensor(fmt::format("{}{}.norm.weight", block, half), {features})
                    .tensor(fmt::format("{}{}.norm.bias", block, half), {features})
                    .tensor(fmt::format("{}{}.scale", block, half), {1, features, 1, 1});
            }
            for (const std::int64_t kernel : {3, 5, 7}) {
                addLargeKernel(maker, fmt::format("{}LKA.LKA{}", block, kernel), features / 3, kernel);
                addDepthwise(maker, fmt::format("{}LKA.X{}", block, kernel), features / 3, kernel);
            }
            maker.convolution(block + "LKA.proj_first.0", features, 2 * features, 1)
                .convolution(block + "LKA.proj_last.0", features, features, 1)
                .convolution(block + "LFE.Conv1", features, 2 * features, 1)
                .convolution(block + "LFE.Conv2", features, features, 1);
            addDepthwise(maker, block + "LFE.DWConv1", features, 7);
        }
    }
    return maker;
}

TEST(Man, LooksAsFarAsItsKernelsReach) {
    const auto network = recogniseInFloat64(man({1}).checkpoint());
    EXPECT_EQ(network.card.receptiveField.radius, 22 + 15 + 2);
    EXPECT_EQ(test::measuredRadius(network), 22 + 15 + 2);
}

TEST(Man, GroupsMayDiffer) {
    const auto network = recogniseInFloat64(man({1, 2}).checkpoint());
    EXPECT_EQ(network.scale, 2);
    EXPECT_EQ(network.card.receptiveField.radius, 3 * 22 + 2 * 15 + 3);
    EXPECT_EQ(network(test::picture(7, 9)).sizes().vec(), test::srSizes(7, 9, 2));
    EXPECT_LT(test::regionError(network), test::closeTo);
}

}  // namespace
}  // namespace lamscope::man_test
