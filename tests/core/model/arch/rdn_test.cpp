// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "runtime/torch_headers.h"
#include "support/network_variants.h"
#include "support/small_networks.h"

namespace lamscope::rdn_test {
namespace {

using test::CheckpointMaker;
using test::distance;
using test::picture;
using test::rdn;
using test::RdnSizes;
using test::recogniseInFloat64;

std::string otherName(const std::string& key, int scale) {
    auto name = test::replaced(key, "SFENet", "sfe");
    name = test::replaced(name, "RDBs.", "rdbs.");
    name = test::replaced(name, ".convs.", ".layers.");
    name = test::replaced(name, ".conv.0.", ".conv.");
    name = test::replaced(name, ".LFF.", ".lff.");
    name = test::replaced(name, "GFF.", "gff.");
    name = test::replaced(name, scale == 4 ? "UPNet.4." : "UPNet.2.", "output.");
    return test::replaced(name, "UPNet.", "upscale.");
}

TEST(Rdn, BothKeySetsAtAnySizeAndScale) {
    // The second has the proportions of configuration A, whose growth is not its number of features.
    for (const auto& sizes : {RdnSizes{6, 2, 3, 6}, RdnSizes{8, 3, 2, 4}}) {
        for (const int scale : {2, 3, 4}) {
            const auto official = rdn(sizes, scale).checkpoint();
            const auto network = recogniseInFloat64(official);
            EXPECT_EQ(network.card.architecture, "RDN");
            EXPECT_EQ(network.card.scales, std::vector{scale});
            EXPECT_EQ(network.range, 255.0);
            EXPECT_EQ(network.card.receptiveField.radius, test::measuredRadius(network));
            EXPECT_LE(test::regionError(network), 1e-12);

            const auto other = recogniseInFloat64(
                test::renamed(official, [&](const std::string& key) { return otherName(key, scale); }));
            EXPECT_EQ(other.card.hyperparameters, network.card.hyperparameters);
            EXPECT_EQ(other.card.scales, std::vector{scale});
            EXPECT_EQ(other.range, 1.0);
            const auto input = picture(7, 5);
            EXPECT_EQ(other(input).sizes().vec(), test::srSizes(7, 5, scale));
            EXPECT_EQ(distance(other(input), network(input)), 0.0);
        }
    }
}

TEST(Rdn, PublishedReceptiveField) {
    EXPECT_EQ(recogniseInFloat64(rdn({2, 16, 8, 2}, 4).checkpoint()).card.receptiveField.radius, 133);
}

TEST(Rdn, EnlargementsBeyondEightAreRejected) {
    auto maker = rdn({1, 1, 1, 1}, 2);
    const auto& tensors = maker.checkpoint().tensors;
    CheckpointMaker huge;
    for (const auto& [key, data] : tensors) {
        if (key.starts_with("UPNet.0.")) {
            auto shape = data.shape;
            shape.front() = 4096;
            huge.tensor(key, shape);
        } else {
            huge.tensor(key, data.shape);
        }
    }
    EXPECT_FALSE(test::isRecognised(huge.checkpoint()));
}

}  // namespace
}  // namespace lamscope::rdn_test
