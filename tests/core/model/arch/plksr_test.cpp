// SPDX-License-Identifier: GPL-3.0-or-later
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "runtime/torch_headers.h"
#include "support/network_variants.h"

namespace lamscope::plksr_test {
namespace {

using test::assuming;
using test::CheckpointMaker;
using test::recogniseInFloat64;

constexpr std::int64_t features = 8;

/// A PLKSR of one block whose sparse kernels, of two channels, have these sides; x2.
Checkpoint sparse(const std::vector<std::int64_t>& kernels) {
    CheckpointMaker maker(0.7);
    maker.convolution("feats.0", 3, features);
    maker.convolution("feats.1.channe_mixer.0", features, 2 * features);
    maker.convolution("feats.1.channe_mixer.2", 2 * features, features, 1);
    for (std::size_t i = 0; i < kernels.size(); ++i) {
        maker.convolution(fmt::format("feats.1.lk.convs.{}", i), 2, 2, kernels[i]);
    }
    maker.convolution("feats.1.refine", features, features, 1);
    return maker.convolution("feats.2", features, 12).checkpoint();
}

/// A RealPLKSR of one block; x3.
Checkpoint real(bool hasLayerNorm, bool samples) {
    CheckpointMaker maker(0.7);
    maker.convolution("feats.0", 3, features);
    maker.convolution("feats.1.channel_mixer.0", features, 2 * features);
    maker.convolution("feats.1.channel_mixer.2", 2 * features, features);
    maker.convolution("feats.1.lk.conv", 4, 4, 5).convolution("feats.1.refine", features, features, 1);
    const std::string norm = hasLayerNorm ? "feats.1.layer_norm" : "feats.1.norm";
    maker.tensor(norm + ".weight", {features}, std::vector(features, 0.8F)).tensor(norm + ".bias", {features});
    maker.convolution("feats.3", features, 27);
    if (samples) {
        maker.convolution("to_img.offset", 27, 54, 1).convolution("to_img.scope", 27, 54, 1, false);
        maker.tensor("to_img.init_pos", {1, 54, 1, 1}, std::vector(54, 0.25F)).convolution("to_img.end_conv", 27, 3, 1);
    }
    return maker.checkpoint();
}

TEST(Plksr, DilationsOfSparseKernelsAreAssumed) {
    const auto network = recogniseInFloat64(sparse({3, 3, 3}));
    EXPECT_EQ(network.card.architecture, "PLKSR");
    EXPECT_EQ(network.card.scales, std::vector{2});
    EXPECT_THAT(network.card.assumed, testing::ElementsAre("dilation 1/2/3"));
    EXPECT_EQ(network.card.receptiveField.radius, 6);
    EXPECT_EQ(test::measuredRadius(network), 6);
    EXPECT_LE(test::regionError(network), 1e-10);
    EXPECT_EQ(test::measuredRadius(recogniseInFloat64(sparse({3, 3, 3}), assuming("dilation", {1, 1, 5}))), 8);
}

TEST(Plksr, LargestKernelBehindSparseOnesIsNotDilated) {
    const auto network = recogniseInFloat64(sparse({3, 3, 9}));
    EXPECT_THAT(network.card.assumed, testing::ElementsAre("dilation 1/2/1"));
    EXPECT_EQ(test::measuredRadius(network), 7);
}

TEST(Plksr, DilationsBelow1AreRefused) {
    EXPECT_THROW(static_cast<void>(recogniseInFloat64(sparse({3, 3}), assuming("dilation", {1, 0}))), Error);
}

TEST(RealPlksr, WithLayerNormIsBoundedAndWithGroupNormSeesTheWholeImage) {
    const auto bounded = recogniseInFloat64(real(true, false));
    EXPECT_EQ(bounded.card.architecture, "RealPLKSR");
    EXPECT_EQ(bounded.card.receptiveField.radius, 6);
    EXPECT_EQ(test::measuredRadius(bounded), 6);
    EXPECT_TRUE(recogniseInFloat64(real(false, false)).card.receptiveField.global);
}

TEST(RealPlksr, RegionsAreSampledFromTheWholeFeatures) {
    const auto network = recogniseInFloat64(real(true, true));
    EXPECT_EQ(network.card.scales, std::vector{3});
    EXPECT_LE(test::regionError(network), 1e-10);
    EXPECT_LE(test::measuredRadius(network), *network.card.receptiveField.radius);
}

TEST(RealPlksr, GroupsThatDoNotDivideTheFeaturesAreRefused) {
    const auto network = recogniseInFloat64(real(false, false), assuming("norm_groups", {2}));
    EXPECT_THAT(network.card.assumed, testing::ElementsAre("norm_groups 2 (given by the user)"));
    for (const double groups : {0.0, 3.0, -4.0}) {
        EXPECT_THROW(static_cast<void>(recogniseInFloat64(real(false, false), assuming("norm_groups", {groups}))),
                     Error);
    }
}

}  // namespace
}  // namespace lamscope::plksr_test
