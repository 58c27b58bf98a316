// SPDX-License-Identifier: GPL-3.0-or-later
// SAFMN's kin, and others that modulate features: what the reference records do not cover.
#include "model/arch/feature_modulation.h"

#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "runtime/torch_headers.h"
#include "support/network_variants.h"
#include "support/small_networks.h"

namespace lamscope::feature_modulation_test {
namespace {

using test::CheckpointMaker;
using test::lmlt;
using test::picture;
using test::recogniseInFloat64;

/// How far to the left the SR pixels of the parent pixel in a column of a square image look.
std::int64_t reachToTheLeft(const test::RecognisedNetwork& network, std::int64_t side, std::int64_t column) {
    const std::int64_t scale = network.scale;
    auto input = picture(side, side).requires_grad_(true);
    const auto sr = network.network->forward(input).narrow(3, column * scale, scale);
    const auto gradient = torch::autograd::grad({(sr * picture(side * scale, scale)).sum()}, {input}).front();
    const auto columns = gradient.abs().sum(torch::IntArrayRef{0, 1, 2}).nonzero();
    return column - columns.min().item<std::int64_t>();
}

void addPlainConvolutions(CheckpointMaker& maker, const std::string& prefix, std::int64_t features,
                          std::int64_t hidden) {
    maker.convolution(prefix + "conv1.proj", features, features, 3, false);
    maker.convolution(prefix + "conv1.dwconv", 1, features / 3, 3, false);
    maker.convolution(prefix + "conv1.out", features, features, 1, false);
    maker.convolution(prefix + "conv2.conv1", features, hidden, 3, false);
    maker.convolution(prefix + "conv2.conv2", hidden, features, 1, false);
}

CheckpointMaker safmnpp(std::int64_t features, int blocks, std::int64_t scale) {
    CheckpointMaker maker;
    maker.convolution("to_feat", 3, features, 3, false);
    for (int i = 0; i < blocks; ++i) {
        addPlainConvolutions(maker, fmt::format("feats.{}.", i), features, 2 * features);
    }
    return maker.convolution("to_img.0", features, 3 * scale * scale, 3, false);
}

CheckpointMaker vapsr(std::int64_t features, int blocks, std::int64_t scale) {
    CheckpointMaker maker;
    maker.convolution("conv_first", 3, features);
    for (int i = 0; i < blocks; ++i) {
        const auto prefix = fmt::format("body.{}.", i);
        maker.convolution(prefix + "proj_1", features, features, 1);
        maker.convolution(prefix + "atten_branch.pointwise", features, features, 1);
        maker.convolution(prefix + "atten_branch.depthwise", 1, features, 5);
        maker.convolution(prefix + "atten_branch.depthwise_dilated", 1, features, 5);
        maker.convolution(prefix + "proj_2", features, features, 1);
        maker.tensor(prefix + "pixel_norm.weight", {features}).tensor(prefix + "pixel_norm.bias", {features});
    }
    maker.convolution("conv_body", features, features);
    if (scale == 4) {
        return maker.convolution("upsampler.0", features, 4 * features).convolution("upsampler.3", features, 12);
    }
    return maker.convolution("upsampler.0", features, 5).convolution("upsampler.2", 5, 3 * scale * scale);
}

CheckpointMaker plainUsr(std::int64_t channels, std::int64_t wide, std::int64_t narrow) {
    CheckpointMaker maker;
    maker.convolution("head", 3, channels).convolution("tail.0", channels, 12);
    for (const auto* block : {"block1", "block2"}) {
        maker.convolution(fmt::format("{}.body.0", block), wide, wide);
        maker.convolution(fmt::format("{}.body.2", block), wide, wide);
    }
    maker.convolution("blockm.body.0", narrow, narrow).convolution("blockm.body.2", narrow, narrow);
    return maker.convolution("blockm.body.3.body.0", narrow, narrow);
}

TEST(SampleVariance, IsDividedByThePixelsLessOne) {
    const auto x = torch::tensor({1.0, 2.0, 3.0, 6.0, 5.0, 5.0, 5.0, 5.0}, torch::kFloat64).view({1, 2, 2, 2});
    const auto variance = sampleVariance(x);
    EXPECT_EQ(variance.sizes().vec(), (std::vector<std::int64_t>{1, 2, 1, 1}));
    EXPECT_DOUBLE_EQ(variance[0][0].item<double>(), 14.0 / 3.0);  // (4 + 1 + 0 + 9) / 3
    EXPECT_EQ(variance[0][1].item<double>(), 0.0);
}

TEST(LargestOfCells, DividesTheImageEvenly) {
    // Columns 0 … 8 in two cells of five, which share column 4; rows 0 … 3 in one cell.
    const auto x = -torch::arange(36, torch::kFloat64).view({1, 1, 4, 9});
    const auto largest = largestOfCells(x, 4);
    EXPECT_EQ(largest.sizes().vec(), (std::vector<std::int64_t>{1, 1, 1, 2}));
    EXPECT_EQ(largest.flatten()[0].item<double>(), 0.0);
    EXPECT_EQ(largest.flatten()[1].item<double>(), -4.0);
}

TEST(Safmnpp, LooksAsFarAsItsCardSays) {
    for (const int blocks : {1, 2}) {
        const auto network = recogniseInFloat64(safmnpp(6, blocks, 2).checkpoint());
        EXPECT_EQ(network.card.architecture, "SAFMN++");
        EXPECT_EQ(network.card.cropping.multiple, 8);
        std::int64_t furthest = 0;
        for (std::int64_t column = 48; column < 56; ++column) {
            furthest = std::max(furthest, reachToTheLeft(network, 64, column));
        }
        // A largest pixel is rarely the one that lies furthest away.
        EXPECT_LE(furthest, network.card.receptiveField.radius);
        EXPECT_GT(furthest, 16 * blocks);
    }
}

TEST(Lmlt, LooksOneWindowFurtherWithEveryBlock) {
    for (const int blocks : {1, 2}) {
        const auto network = recogniseInFloat64(lmlt(6, blocks, 2, 2).checkpoint());
        EXPECT_EQ(network.card.architecture, "LMLT");
        EXPECT_EQ(network.card.cropping.multiple, 16);
        EXPECT_EQ(network.card.minimumSide, 9);
        // The upsampler sees the pixel before this one, the last block's mixer the window before.
        EXPECT_EQ(network.card.receptiveField.radius, reachToTheLeft(network, 64, 49));
        EXPECT_LE(test::regionError(network), test::closeTo);
    }
}

TEST(Lmlt, LevelsShareTheFeaturesEvenly) {
    EXPECT_FALSE(test::isRecognised(lmlt(7, 1, 2, 2).checkpoint()));
}

TEST(VapSr, AnyDepthAndScale) {
    for (const int scale : {2, 3, 4}) {
        const auto network = recogniseInFloat64(vapsr(4, 2, scale).checkpoint());
        EXPECT_EQ(network.card.architecture, "VapSR");
        EXPECT_EQ(network.card.scales, std::vector{scale});
        EXPECT_EQ(network.card.receptiveField.radius, test::measuredRadius(network));
        EXPECT_LE(test::regionError(network), test::closeTo);
    }
}

TEST(PlainUsr, AnyWidthsWithoutAPool) {
    const auto network = recogniseInFloat64(plainUsr(8, 5, 3).checkpoint());
    EXPECT_EQ(network.card.architecture, "PlainUSR");
    EXPECT_EQ(network.card.minimumSide, 1);
    EXPECT_EQ(network.card.receptiveField.radius, test::measuredRadius(network));
    EXPECT_FALSE(test::isRecognised(plainUsr(8, 9, 3).checkpoint()));  // a block wider than the network
}

}  // namespace
}  // namespace lamscope::feature_modulation_test
