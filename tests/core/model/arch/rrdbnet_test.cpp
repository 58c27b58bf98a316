// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/torch_headers.h"
#include "support/network_variants.h"
#include "support/small_networks.h"

namespace lamscope::rrdbnet_test {
namespace {

using test::assuming;
using test::CheckpointMaker;
using test::closeTo;
using test::distance;
using test::picture;
using test::recogniseInFloat64;
using test::rrdbNet;

TEST(RrdbNet, AnyDepthWidthAndScale) {
    for (const int steps : {0, 1, 2, 3}) {
        for (const int blocks : {1, 2}) {
            const auto network = recogniseInFloat64(rrdbNet({.blocks = blocks, .steps = steps}).checkpoint());
            const int scale = 1 << steps;
            EXPECT_EQ(network.card.architecture, "RRDBNet");
            EXPECT_EQ(network.card.scales, std::vector{scale});
            EXPECT_EQ(network.range, 1.0);
            EXPECT_THAT(network.card.assumed, testing::ElementsAre("slope 0.2", "residual_scale 0.2"));
            EXPECT_EQ(network(picture(4, 3)).sizes().vec(), (std::vector<std::int64_t>{1, 3, 4L * scale, 3L * scale}));
            EXPECT_EQ(network.card.receptiveField.radius, test::measuredRadius(network)) << steps << " " << blocks;
            EXPECT_LE(test::regionError(network), closeTo);
        }
    }
}

TEST(RrdbNet, PublishedReceptiveField) {
    const auto network = recogniseInFloat64(rrdbNet({.features = 2, .growth = 1, .blocks = 23}).checkpoint());
    EXPECT_EQ(network.card.receptiveField.radius, 349);
}

TEST(RrdbNet, OlderKeysHoldTheSameNetwork) {
    for (const int steps : {0, 1, 2, 3}) {
        const test::RrdbNetSizes variant{.steps = steps};
        const auto checkpoint = rrdbNet(variant).checkpoint();
        const auto expected = recogniseInFloat64(checkpoint)(picture(5, 4));
        const auto firstRelease = test::renamed(checkpoint, [](const std::string& key) {
            auto name = test::replaced(key, "body.", "RRDB_trunk.");
            name = test::replaced(name, "rdb", "RDB");
            name = test::replaced(name, "conv_RRDB_trunk.", "trunk_conv.");
            name = test::replaced(name, "conv_up", "upconv");
            return test::replaced(name, "conv_hr", "HRconv");
        });
        const auto numbered = test::renamed(checkpoint, [&](const std::string& key) {
            auto name = key;
            for (int n = 1; n <= steps; ++n) {
                name = test::replaced(name, fmt::format("conv_up{}.", n), fmt::format("model.{}.", 3 * n));
            }
            name = test::replaced(name, "conv_hr.", fmt::format("model.{}.", 3 * steps + 2));
            name = test::replaced(name, "conv_last.", fmt::format("model.{}.", 3 * steps + 4));
            name = test::replaced(name, "conv_first.", "model.0.");
            name = test::replaced(name, "conv_body.", fmt::format("model.1.sub.{}.", variant.blocks));
            for (int k = 1; k <= 5; ++k) {
                name = test::replaced(name, fmt::format("conv{}.", k), fmt::format("conv{}.0.", k));
            }
            name = test::replaced(name, "body.", "model.1.sub.");
            return test::replaced(name, "rdb", "RDB");
        });
        EXPECT_EQ(distance(recogniseInFloat64(firstRelease)(picture(5, 4)), expected), 0.0);
        EXPECT_EQ(distance(recogniseInFloat64(numbered)(picture(5, 4)), expected), 0.0);
    }
}

TEST(RrdbNet, HeadThatFoldsTheInput) {
    // A head that averages what the folding put side by side sees the image reduced by the factor.
    for (const int factor : {2, 4}) {
        const auto plain = rrdbNet({}).checkpoint();
        const auto count = std::int64_t{factor} * factor;
        auto folded = plain;
        for (auto& [key, data] : folded.tensors) {
            if (key == "conv_first.weight") {
                const auto weight = (torch::tensor(data.values).reshape(data.shape) / static_cast<double>(count))
                                        .repeat_interleave(count, 1)
                                        .contiguous();
                data.shape = weight.sizes().vec();
                data.values.assign(weight.data_ptr<float>(), weight.data_ptr<float>() + weight.numel());
            }
        }
        const auto network = recogniseInFloat64(folded);
        EXPECT_EQ(network.card.scales, std::vector{4 / factor});
        EXPECT_EQ(network.card.sizeMultiple, factor);
        const auto input = picture(8, 12);
        EXPECT_LE(distance(network(input), recogniseInFloat64(plain)(at::avg_pool2d(input, {factor, factor}))),
                  closeTo);
        EXPECT_LE(test::regionError(network), closeTo);  // of a size that is padded
        EXPECT_GE(network.card.receptiveField.radius, test::measuredRadius(network));
    }
    EXPECT_FALSE(test::isRecognised(rrdbNet({.steps = 1, .colours = 48}).checkpoint()));
}

TEST(RrdbNet, AssumedValuesAreUsed) {
    const auto weak = rrdbNet({}).checkpoint();
    auto strong = weak;
    for (auto& [key, data] : strong.tensors) {
        if (key.starts_with("body.")) {
            for (auto& value : data.values) {
                value *= 3.0F;
            }
        }
    }
    const auto input = picture(5, 4);
    // Residuals scaled by 0 do not matter.
    EXPECT_EQ(distance(recogniseInFloat64(weak, assuming("residual_scale", {0.0}))(input),
                       recogniseInFloat64(strong, assuming("residual_scale", {0.0}))(input)),
              0.0);
    EXPECT_GT(distance(recogniseInFloat64(weak)(input), recogniseInFloat64(strong)(input)), 1e-3);
    // With the slope 1 every activation is the identity: the mean of two inputs gives the mean of two outputs.
    const auto affine = recogniseInFloat64(weak, assuming("slope", {1.0}));
    EXPECT_LE(distance(affine(-0.5 * input), 1.5 * affine(torch::zeros_like(input)) - 0.5 * affine(input)), closeTo);
}

TEST(RrdbNet, EsrganPlusIsRejected) {
    auto maker = rrdbNet({});
    EXPECT_FALSE(test::isRecognised(maker.convolution("body.0.rdb1.conv1x1", 5, 3, 1, false).checkpoint()));
}

}  // namespace
}  // namespace lamscope::rrdbnet_test
