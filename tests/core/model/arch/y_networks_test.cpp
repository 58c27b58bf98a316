// SPDX-License-Identifier: GPL-3.0-or-later
// FSRCNN, SRCNN and LapSRN.
#include <array>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/bicubic_network.h"
#include "runtime/torch_headers.h"
#include "support/network_variants.h"
#include "support/test_data.h"

namespace lamscope::y_networks_test {
namespace {

using test::CheckpointMaker;
using test::closeTo;
using test::distance;
using test::picture;
using test::recogniseInFloat64;

ModelSettings atScale(int scale) {
    ModelSettings settings;
    settings.scale = scale;
    return settings;
}

std::vector<std::int64_t> sizeOf(const test::RecognisedNetwork& network, std::int64_t height, std::int64_t width) {
    return network(picture(height, width, network.network->inputShape().channels)).sizes().vec();
}

CheckpointMaker fsrcnn(std::int64_t features, std::int64_t shrunk, int maps, std::int64_t colours = 1) {
    CheckpointMaker maker;
    maker.convolution("first_part.0", colours, features, 5).tensor("first_part.1.weight", {features});
    maker.convolution("mid_part.0", features, shrunk, 1).tensor("mid_part.1.weight", {shrunk});
    for (int i = 1; i <= maps; ++i) {
        maker.convolution(fmt::format("mid_part.{}", 2 * i), shrunk, shrunk);
        maker.tensor(fmt::format("mid_part.{}.weight", 2 * i + 1), {shrunk});
    }
    maker.convolution(fmt::format("mid_part.{}", 2 * maps + 2), shrunk, features, 1);
    maker.tensor(fmt::format("mid_part.{}.weight", 2 * maps + 3), {features});
    maker.tensor("last_part.weight", {features, colours, 9, 9}).tensor("last_part.bias", {colours});
    return maker;
}

TEST(Fsrcnn, AnyDepthWidthColoursAndScale) {
    for (const int scale : {2, 3, 4}) {
        for (const std::int64_t colours : {1, 3}) {
            for (const int maps : {1, 4}) {
                const auto network = recogniseInFloat64(fsrcnn(7, 5, maps, colours).checkpoint(), atScale(scale));
                EXPECT_EQ(network.card.architecture, "FSRCNN");
                EXPECT_EQ(network.range, 1.0);
                EXPECT_EQ(network.card.colour == ModelCard::Colour::Y, colours == 1);
                EXPECT_EQ(sizeOf(network, 5, 4), (std::vector<std::int64_t>{1, colours, 5L * scale, 4L * scale}));
                EXPECT_EQ(network.card.receptiveField.radius, test::measuredRadius(network));
                EXPECT_LE(test::regionError(network), closeTo);
            }
        }
    }
}

TEST(Fsrcnn, PublishedFileSaysItsScaleByItsOutput) {
    LAMSCOPE_NEED_DATA(file, "weights/fsrcnn_x4.pth");
    const auto network = recogniseInFloat64(readCheckpoint(file));
    EXPECT_THAT(network.card.assumed, testing::ElementsAre("scale 4 (found by a probe)"));
    EXPECT_EQ(network.card.receptiveField.radius, 7);
    EXPECT_THAT(network.card.scales, testing::UnorderedElementsAre(2, 3, 4));
}

TEST(Fsrcnn, KeysOfLornatangHoldTheSameNetwork) {
    static constexpr int maps = 2;
    const auto checkpoint = fsrcnn(7, 5, maps).checkpoint();
    const auto other = test::renamed(checkpoint, [](const std::string& key) {
        auto name = test::replaced(key, "first_part.", "feature_extraction.");
        for (int i = 0; i < 2 * maps; ++i) {
            name = test::replaced(name, fmt::format("mid_part.{}.", i + 2), fmt::format("map.{}.", i));
        }
        for (int i = 0; i < 2; ++i) {
            name = test::replaced(name, fmt::format("mid_part.{}.", i), fmt::format("shrink.{}.", i));
            name = test::replaced(name, fmt::format("mid_part.{}.", 2 * maps + 2 + i), fmt::format("expand.{}.", i));
        }
        return test::replaced(name, "last_part.", "deconv.");
    });
    const auto input = picture(6, 5, 1);
    EXPECT_EQ(distance(recogniseInFloat64(other, atScale(3))(input), recogniseInFloat64(checkpoint, atScale(3))(input)),
              0.0);
}

TEST(Fsrcnn, OtherShapesAreRejected) {
    auto slopes = fsrcnn(7, 5, 1).checkpoint();
    for (auto& [key, data] : slopes.tensors) {
        if (key == "mid_part.1.weight") {
            data = {{3}, {0.1F, 0.2F, 0.3F}, "float32"};
        }
    }
    EXPECT_FALSE(test::isRecognised(slopes));
    EXPECT_FALSE(test::isRecognised(fsrcnn(7, 5, 1, 2).checkpoint()));
    EXPECT_FALSE(test::isRecognised(fsrcnn(7, 0, 1).checkpoint()));
}

CheckpointMaker srcnn(const std::array<std::int64_t, 3>& kernels, std::int64_t colours = 1) {
    CheckpointMaker maker;
    maker.convolution("conv1", colours, 6, kernels[0]);
    maker.convolution("conv2", 6, 5, kernels[1]);
    return maker.convolution("conv3", 5, colours, kernels[2]);
}

TEST(Srcnn, AnyKernelsColoursAndScale) {
    for (const int scale : {1, 2, 3, 4, 7}) {
        for (const auto& kernels : {std::array<std::int64_t, 3>{9, 5, 5}, std::array<std::int64_t, 3>{9, 1, 5}}) {
            for (const std::int64_t colours : {1, 3}) {
                const auto network = recogniseInFloat64(srcnn(kernels, colours).checkpoint(), atScale(scale));
                EXPECT_EQ(network.card.architecture, "SRCNN");
                EXPECT_EQ(network.card.scales.front(), scale);
                EXPECT_EQ(sizeOf(network, 5, 4), (std::vector<std::int64_t>{1, colours, 5L * scale, 4L * scale}));
                EXPECT_EQ(network.card.receptiveField.radius, test::measuredRadius(network));
                EXPECT_LE(test::regionError(network), closeTo);
            }
        }
    }
}

TEST(Srcnn, RefinesTheBicubicEnlargement) {
    // Convolutions that pass on what is positive.
    CheckpointMaker maker;
    for (const auto& [prefix, side] : {std::pair{"conv1", 9}, std::pair{"conv2", 5}, std::pair{"conv3", 5}}) {
        std::vector<float> delta(static_cast<std::size_t>(side * side), 0.0F);
        delta[delta.size() / 2] = 1.0F;
        maker.tensor(fmt::format("{}.weight", prefix), {1, 1, side, side}, delta);
        maker.tensor(fmt::format("{}.bias", prefix), {1}, {0.0F});
    }
    const auto input = picture(6, 7, 1);
    for (const int scale : {2, 3, 4}) {
        const auto bicubic = makeBicubicNetwork(scale);
        bicubic->to(torch::kCPU, torch::kFloat64);
        const auto network = recogniseInFloat64(maker.checkpoint(), atScale(scale));
        EXPECT_EQ(network.network->namedParameters().size(), 6U);
        EXPECT_LE(distance(network(input), bicubic->forward(input).relu()), closeTo);
    }
}

TEST(Srcnn, KeysOfLornatangHoldTheSameNetwork) {
    const auto checkpoint = srcnn({9, 5, 5}).checkpoint();
    const auto other = test::renamed(checkpoint, [](const std::string& key) {
        auto name = test::replaced(key, "conv1.", "features.0.");
        name = test::replaced(name, "conv2.", "map.0.");
        return test::replaced(name, "conv3.", "reconstruction.");
    });
    const auto input = picture(6, 5, 1);
    EXPECT_EQ(distance(recogniseInFloat64(other)(input), recogniseInFloat64(checkpoint)(input)), 0.0);
}

TEST(Srcnn, OtherShapesAreRejected) {
    EXPECT_FALSE(test::isRecognised(srcnn({9, 4, 5}).checkpoint()));
    auto fourth = srcnn({9, 5, 5});
    EXPECT_FALSE(test::isRecognised(fourth.convolution("conv4", 1, 1).checkpoint()));
}

CheckpointMaker lapSrn(std::int64_t features, int depth, int levels) {
    CheckpointMaker maker;
    maker.convolution("conv_input", 1, features, 3, false);
    for (int n = 1; n <= levels; ++n) {
        const auto prefix = fmt::format("convt_F{}.0.cov_block.", n);
        for (int i = 0; i < depth; ++i) {
            maker.convolution(prefix + std::to_string(2 * i), features, features, 3, false);
        }
        maker.tensor(fmt::format("{}{}.weight", prefix, 2 * depth), {features, features, 4, 4});
        maker.tensor(fmt::format("convt_I{}.weight", n), {1, 1, 4, 4});
        maker.convolution(fmt::format("convt_R{}", n), features, 1, 3, false);
    }
    return maker;
}

TEST(LapSrn, AnyDepthWidthAndLevel) {
    for (const int levels : {1, 2, 3}) {
        for (const int depth : {1, 3}) {
            const auto checkpoint = lapSrn(5, depth, levels).checkpoint();
            for (int scale = 2; scale <= 1 << levels; scale *= 2) {
                const auto network = recogniseInFloat64(checkpoint, atScale(scale));
                EXPECT_EQ(network.card.architecture, "LapSRN");
                EXPECT_EQ(network.card.colour, ModelCard::Colour::Y);
                EXPECT_EQ(network.card.scales.front(), 1 << levels);
                EXPECT_EQ(sizeOf(network, 5, 4), (std::vector<std::int64_t>{1, 1, 5L * scale, 4L * scale}));
                EXPECT_EQ(network.card.receptiveField.radius, test::measuredRadius(network)) << levels << " " << scale;
                EXPECT_LE(test::regionError(network), closeTo);
            }
        }
    }
}

TEST(LapSrn, PublishedFileHasTwoOutputs) {
    LAMSCOPE_NEED_DATA(file, "weights/lapsrn_x2x4.pth");
    const auto network = recogniseInFloat64(readCheckpoint(file));
    EXPECT_EQ(network.card.scales, (std::vector{4, 2}));
    EXPECT_EQ(network.card.receptiveField.radius, 17);
    EXPECT_THAT(network.card.assumed, testing::ElementsAre("slope 0.2"));
}

TEST(LapSrn, ALevelContinuesFromTheImageOfTheOneBelow) {
    auto checkpoint = lapSrn(5, 2, 2).checkpoint();
    for (auto& [key, data] : checkpoint.tensors) {
        if (key == "convt_R2.weight") {
            std::ranges::fill(data.values, 0.0F);
        } else if (key == "convt_I2.weight") {  // copies every pixel to its four children
            data.values = {0.0F, 0.0F, 0.0F, 0.0F, 0.0F, 1.0F, 1.0F, 0.0F,
                           0.0F, 1.0F, 1.0F, 0.0F, 0.0F, 0.0F, 0.0F, 0.0F};
        }
    }
    const auto input = picture(6, 5, 1);
    const auto half = recogniseInFloat64(checkpoint, atScale(2))(input);
    const auto full = recogniseInFloat64(checkpoint)(input);
    EXPECT_LE(distance(full, half.repeat_interleave(2, 2).repeat_interleave(2, 3)), closeTo);
}

TEST(LapSrn, AssumedSlopeIsUsed) {
    // With the slope 1 every activation is the identity, and the network linear.
    const auto checkpoint = lapSrn(5, 2, 2).checkpoint();
    ModelSettings settings;
    settings.assumptions["slope"] = {1.0};
    const auto input = picture(6, 5, 1);
    const auto linear = recogniseInFloat64(checkpoint, settings);
    EXPECT_LE(distance(linear(-2.0 * input), -2.0 * linear(input)), closeTo);
    const auto published = recogniseInFloat64(checkpoint);
    EXPECT_GT(distance(published(-2.0 * input), -2.0 * published(input)), 1e-3);
}

}  // namespace
}  // namespace lamscope::y_networks_test
