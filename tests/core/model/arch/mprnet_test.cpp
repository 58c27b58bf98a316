// SPDX-License-Identifier: GPL-3.0-or-later
// What the record of MPRNet leaves open: the slope of many names, and other depths.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/torch_headers.h"
#include "support/restoration_networks.h"
#include "support/transformer_variants.h"

namespace lamscope::mprnet_test {
namespace {

using test::changed;
using test::distance;
using test::mprnet;
using test::picture;
using test::recogniseInFloat64;

bool isSlope(const std::string& key) {
    return key.ends_with(".body.1.weight");
}

constexpr const char* lastSlope = "stage3_orsnet.orb3.body.1.body.1.weight";

TEST(MprNet, OneSlopeHasManyNames) {
    const auto checkpoint = mprnet({.blocks = 2}).checkpoint();
    const auto network = recogniseInFloat64(checkpoint);
    std::vector<std::string> slopes;
    for (const auto& [name, tensor] : network.network->namedParameters()) {
        if (tensor.numel() == 1) {
            slopes.push_back(name);
        }
    }
    EXPECT_EQ(slopes, std::vector<std::string>{lastSlope});
    const auto lr = picture(8, 16);
    const auto withSlope = [&](const auto& concerns) {
        return recogniseInFloat64(changed(checkpoint, concerns, [](float) { return 0.5F; }))(lr);
    };
    const auto all = withSlope(isSlope);
    EXPECT_GT(distance(all, network(lr)), 1e-6);
    // Read in their order, the last name has the last word.
    EXPECT_EQ(distance(withSlope([](const std::string& key) { return key == lastSlope; }), all), 0.0);
    EXPECT_EQ(distance(withSlope([](const std::string& key) { return isSlope(key) && key != lastSlope; }), network(lr)),
              0.0);
}

TEST(MprNet, EveryNameOfTheSlopeIsAskedFor) {
    const auto checkpoint = mprnet({}).checkpoint();
    EXPECT_TRUE(test::isRecognised(checkpoint));
    EXPECT_FALSE(test::isRecognised(test::renamed(checkpoint, [](const std::string& key) {
        return key == "stage1_decoder.skip_attn2.body.1.weight" ? std::string() : key;
    })));
}

TEST(MprNet, FeaturesAndDepthsComeFromTheFile) {
    const auto network =
        recogniseInFloat64(mprnet({.features = 4, .more = 2, .atFullSize = 5, .reduced = 2, .blocks = 3}).checkpoint());
    EXPECT_EQ(test::hyperparameter(network, "features"), "4 6 8");
    EXPECT_EQ(test::hyperparameter(network, "features at full size"), "5");
    EXPECT_EQ(test::hyperparameter(network, "blocks at full size"), "3");
    EXPECT_EQ(test::hyperparameter(network, "reduction"), "2");
    EXPECT_EQ(network.card.sizeMultiple, 8);
    EXPECT_TRUE(network.card.receptiveField.global);
    test::expectIndependentImages(network, 8, 16);
    EXPECT_LT(test::regionError(network), test::closeTo);
}

}  // namespace
}  // namespace lamscope::mprnet_test
