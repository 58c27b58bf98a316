// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/recognition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/luma.h"
#include "model/padded_network.h"
#include "runtime/torch_headers.h"
#include "support/analytic_networks.h"

namespace lamscope {
namespace {

TEST(ScaleInName, IsReadFromTheUsualSpellings) {
    const std::vector<int> scales{4, 2, 3};
    EXPECT_EQ(scaleInName("fsrcnn_x4", scales), 4);
    EXPECT_EQ(scaleInName("PANx3_DF2K", scales), 3);
    EXPECT_EQ(scaleInName("2x-FSRCNN", scales), 2);
    EXPECT_EQ(scaleInName("fsrcnn-X2-f64", scales), 2);
}

TEST(ScaleInName, IsNotGuessedFromOtherNumbers) {
    const std::vector<int> scales{4, 2, 3};
    EXPECT_EQ(scaleInName("fsrcnn", scales), std::nullopt);
    EXPECT_EQ(scaleInName("net_x8", scales), std::nullopt) << "not a scale of this network";
    EXPECT_EQ(scaleInName("patch64x4", scales), std::nullopt) << "a size";
    EXPECT_EQ(scaleInName("x40", scales), std::nullopt);
    EXPECT_EQ(scaleInName("lapsrn_x2x4", scales), std::nullopt) << "two scales";
}

/// Refuses sides that are no multiples of four; every pixel of the SR (scale 1) is the mean of the input.
std::unique_ptr<Network> meanOfMultiplesOfFour() {
    return std::make_unique<test::FormulaNetwork>([](const torch::Tensor& x) {
        TORCH_CHECK(x.size(2) % 4 == 0 && x.size(3) % 4 == 0);
        return x.mean({2, 3}, /*keepdim=*/true).expand_as(x);
    });
}

TEST(PaddedNetwork, PadsByReflectionInsideTheGraphAndCropsAgain) {
    const auto network = padToMultiple(meanOfMultiplesOfFour(), 4);
    const auto lr = torch::rand({1, 3, 5, 7}, torch::kFloat64).requires_grad_(true);
    const auto sr = network->forward(lr);
    ASSERT_EQ(sr.sizes(), lr.sizes());
    // 5x7 becomes 8x8: rows 3, 2, 1 and column 5 are there twice.
    auto copies = torch::ones({5, 7}, torch::kFloat64);
    copies.slice(0, 1, 4).mul_(2.0);
    copies.slice(1, 5, 6).mul_(2.0);
    const auto gradient = torch::autograd::grad({sr[0][1][4][6]}, {lr}).front()[0][1];
    EXPECT_LT((gradient - copies / 64.0).abs().max().item<double>(), 1e-15);
    EXPECT_NEAR(sr[0][1][0][0].item<double>(), (lr[0][1] * copies).sum().item<double>() / 64.0, 1e-15);
}

TEST(PaddedNetwork, LeavesFittingSidesAlone) {
    const auto network = padToMultiple(meanOfMultiplesOfFour(), 4);
    const auto lr = torch::rand({1, 3, 4, 8}, torch::kFloat64);
    EXPECT_NEAR(network->forward(lr)[0][0][3][7].item<double>(), lr[0][0].mean().item<double>(), 1e-15);
}

torch::Tensor colour(double red, double green, double blue) {
    return torch::tensor({red, green, blue}, torch::kFloat64).view({1, 3, 1, 1}).expand({1, 3, 6, 6}).contiguous();
}

TEST(Luma, SpansStudioSwing) {
    // ITU-R BT.601: black 16, white 235, pure green 16 + 128.553 of 255 levels.
    EXPECT_NEAR(lumaOf(colour(0, 0, 0)).max().item<double>(), 16.0 / 255.0, 1e-12);
    EXPECT_NEAR(lumaOf(colour(1, 1, 1)).min().item<double>(), 235.0 / 255.0, 1e-12);
    EXPECT_NEAR(lumaOf(colour(0, 1, 0)).max().item<double>(), 144.553 / 255.0, 1e-12);
}

TEST(Luma, NewLumaKeepsColourDifferences) {
    const auto lr = colour(0.6, 0.3, 0.2);
    const auto luma = torch::full({1, 1, 12, 12}, 0.5, torch::kFloat64);
    const auto sr = withColoursOf(lr, luma, 2);
    ASSERT_EQ(sr.size(3), 12);
    EXPECT_LT((lumaOf(sr) - luma).abs().max().item<double>(), 1e-6);
    // Cb and Cr are multiples of B − Y and R − Y: differences of channels stay.
    EXPECT_NEAR((sr[0][0] - sr[0][2]).mean().item<double>(), 0.4, 1e-6);
    EXPECT_NEAR((sr[0][0] - sr[0][1]).mean().item<double>(), 0.3, 1e-6);
}

}  // namespace
}  // namespace lamscope
