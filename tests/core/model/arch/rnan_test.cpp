// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "runtime/torch_headers.h"
#include "support/network_variants.h"

namespace lamscope::rnan_test {
namespace {

constexpr std::int64_t features = 6;

void addBlock(test::CheckpointMaker& maker, const std::string& prefix) {
    maker.convolution(prefix + ".body.0", features, features).convolution(prefix + ".body.2", features, features);
}

void addGroup(test::CheckpointMaker& maker, const std::string& prefix, bool isNonLocal) {
    const auto module = prefix + ".body.0.";
    const auto mask = module + "RA_MB.0.";
    addBlock(maker, module + "RA_RB1.0");
    addBlock(maker, module + "RA_TB.0.body.0");
    addBlock(maker, module + "RA_TB.0.body.1");
    if (isNonLocal) {
        for (const auto* name : {"g", "theta", "phi"}) {
            maker.convolution(fmt::format("{}MB_RB1.0.{}", mask, name), features, 4, 1);
        }
        maker.convolution(mask + "MB_RB1.0.W", 4, features, 1);
    }
    addBlock(maker, mask + (isNonLocal ? "MB_RB1.1" : "MB_RB1.0"));
    maker.convolution(mask + "MB_Down.0", features, features);
    addBlock(maker, mask + "MB_RB2.0");
    addBlock(maker, mask + "MB_RB2.1");
    maker.convolution(mask + "MB_Up.0", features, features, 6);
    addBlock(maker, mask + "MB_RB3.0");
    maker.convolution(mask + "MB_1x1conv.0", features, features, 1);
    addBlock(maker, module + "RA_tail.0");
    addBlock(maker, module + "RA_tail.1");
    maker.convolution(prefix + ".body.1", features, features);
}

/// `upsampling` holds the factors of the tail's pixel shuffles.
Checkpoint makeRnan(int localGroups, const std::vector<std::int64_t>& upsampling) {
    test::CheckpointMaker maker;
    maker.meanShift({114.4F, 111.5F, 103.0F}).convolution("head.0", 3, features);
    addGroup(maker, "body_nl_low.0", true);
    for (int i = 0; i < localGroups; ++i) {
        addGroup(maker, fmt::format("body.{}", i), false);
    }
    maker.convolution(fmt::format("body.{}", localGroups), features, features);
    addGroup(maker, "body_nl_high.0", true);
    for (std::size_t i = 0; i < upsampling.size(); ++i) {
        maker.convolution(fmt::format("tail.0.{}", 2 * i), features, upsampling[i] * upsampling[i] * features);
    }
    return maker.convolution("tail.1", features, 3).checkpoint();
}

TEST(Rnan, OtherDepthsWidthsAndScalesAreRead) {
    struct Variant {
        int localGroups;
        std::vector<std::int64_t> upsampling;
        int scale;
    };
    for (const auto& [localGroups, upsampling, scale] :
         std::vector<Variant>{{0, {2}, 2}, {2, {3}, 3}, {1, {2, 2, 2}, 8}}) {
        const auto network = test::recogniseInFloat64(makeRnan(localGroups, upsampling));
        EXPECT_EQ(network.card.architecture, "RNAN");
        EXPECT_EQ(network.scale, scale);
        EXPECT_EQ(network.range, 255.0);
        EXPECT_EQ(network.card.sizeMultiple, 2);
        EXPECT_EQ(network.card.hyperparameters,
                  (std::vector<std::pair<std::string, std::string>>{
                      {"features", "6"}, {"residual groups", std::to_string(localGroups + 2)}}));
        EXPECT_TRUE(network.card.receptiveField.global);
        EXPECT_EQ(network(test::picture(2, 5)).sizes().vec(),
                  (std::vector<std::int64_t>{1, 3, 2L * scale, 5L * scale}));
        EXPECT_LT(test::regionError(network), 1e-10);
    }
}

/// The network with the constant 1 for all queries of both non-local blocks.
Checkpoint withConstantQueries(Checkpoint checkpoint) {
    for (auto& [key, data] : checkpoint.tensors) {
        if (key.find(".theta.") != std::string::npos) {
            std::ranges::fill(data.values, key.ends_with(".bias") ? 1.0F : 0.0F);
        }
    }
    return checkpoint;
}

TEST(Rnan, AttentionIsNormalisedOverTheQueries) {
    // All queries alike share the weight of a key equally, whatever the key.
    const auto checkpoint = withConstantQueries(makeRnan(1, {2}));
    auto otherKeys = checkpoint;
    auto otherValues = checkpoint;
    for (std::size_t i = 0; i < checkpoint.tensors.size(); ++i) {
        const auto& key = checkpoint.tensors[i].first;
        if (key.find(".phi.") != std::string::npos) {
            std::ranges::fill(otherKeys.tensors[i].second.values, 0.7F);
        }
        if (key.find("MB_RB1.0.g.") != std::string::npos) {
            std::ranges::fill(otherValues.tensors[i].second.values, 0.7F);
        }
    }
    const auto lr = 255.0 * test::picture(6, 8);
    const auto sr = test::recogniseInFloat64(checkpoint)(lr);
    const double tolerance = 1e-12 * sr.abs().max().item<double>();
    EXPECT_LT(test::distance(test::recogniseInFloat64(otherKeys)(lr), sr), tolerance);
    EXPECT_GT(test::distance(test::recogniseInFloat64(otherValues)(lr), sr), 1e6 * tolerance);
}

}  // namespace
}  // namespace lamscope::rnan_test
