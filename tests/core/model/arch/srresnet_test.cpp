// SPDX-License-Identifier: GPL-3.0-or-later
// The kinds of SRResNet: with instance normalisation (twtygqyy), and without (BasicSR, its predecessors, KAIR).
#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "runtime/torch_headers.h"
#include "support/network_variants.h"

namespace lamscope::srresnet_test {
namespace {

using test::CheckpointMaker;
using test::closeTo;
using test::distance;
using test::picture;
using test::recogniseInFloat64;

constexpr std::int64_t features = 6;

CheckpointMaker normalised(int blocks) {
    CheckpointMaker maker;
    maker.convolution("conv_input", 3, features, 9, false);
    const auto norm = [&](const std::string& prefix) {
        maker.tensor(prefix + ".weight", {features}, std::vector<float>(features, 0.7F));
        maker.tensor(prefix + ".bias", {features});
    };
    for (int i = 0; i < blocks; ++i) {
        for (const char* n : {"1", "2"}) {
            maker.convolution(fmt::format("residual.{}.conv{}", i, n), features, features, 3, false);
            norm(fmt::format("residual.{}.in{}", i, n));
        }
    }
    maker.convolution("conv_mid", features, features, 3, false);
    norm("bn_mid");
    maker.convolution("upscale4x.0", features, 4 * features, 3, false);
    maker.convolution("upscale4x.3", features, 4 * features, 3, false);
    maker.convolution("conv_output", features, 3, 9, false);
    return maker;
}

TEST(SrResNet, InstanceNormalisationMakesItGlobal) {
    const auto network = recogniseInFloat64(normalised(2).checkpoint());
    EXPECT_EQ(network.card.architecture, "SRResNet");
    EXPECT_TRUE(network.card.receptiveField.global);
    EXPECT_LE(test::regionError(network), closeTo);
    auto input = picture(40, 40).requires_grad_(true);
    const auto gradient = torch::autograd::grad({network.network->forward(input)[0][0][0][0]}, {input}).front();
    EXPECT_EQ(gradient.count_nonzero().item<std::int64_t>(), gradient.numel());
}

TEST(SrResNet, RunningStatisticsOfOldFilesAreNotUsed) {
    auto maker = normalised(1);
    const auto plain = recogniseInFloat64(maker.checkpoint());
    for (const char* prefix : {"residual.0.in1", "residual.0.in2", "bn_mid"}) {
        maker.tensor(fmt::format("{}.running_mean", prefix), {features});
        maker.tensor(fmt::format("{}.running_var", prefix), {features});
    }
    const auto old = recogniseInFloat64(maker.checkpoint());
    EXPECT_EQ(distance(old(picture(9, 8)), plain(picture(9, 8))), 0.0);
}

TEST(SrResNet, RegionsOfASinglePixelAgree) {
    const auto network = recogniseInFloat64(normalised(1).checkpoint());
    const at::NoGradGuard noGradients;
    const auto trunk = network.network->begin(picture(1, 1));
    const auto first = trunk->finish(std::nullopt).clone();
    EXPECT_EQ(distance(first, trunk->finish(std::nullopt)), 0.0);
}

/// MSRResNet under BasicSR's keys.
CheckpointMaker msrResNet(int blocks, int scale) {
    CheckpointMaker maker;
    maker.convolution("conv_first", 3, features);
    for (int i = 0; i < blocks; ++i) {
        maker.convolution(fmt::format("body.{}.conv1", i), features, features);
        maker.convolution(fmt::format("body.{}.conv2", i), features, features);
    }
    if (scale > 1) {
        maker.convolution("upconv1", features, (scale == 3 ? 9 : 4) * features);
    }
    if (scale == 4) {
        maker.convolution("upconv2", features, 4 * features);
    }
    return maker.convolution("conv_hr", features, features).convolution("conv_last", features, 3);
}

TEST(MsrResNet, AllKeySetsAtAnyDepthAndScale) {
    for (const int scale : {1, 2, 3, 4}) {
        const auto checkpoint = msrResNet(2, scale).checkpoint();
        const auto network = recogniseInFloat64(checkpoint);
        EXPECT_EQ(network.card.architecture, "MSRResNet");
        EXPECT_EQ(network.card.scales, std::vector{scale});
        EXPECT_EQ(network.range, 1.0);
        EXPECT_EQ(network.card.receptiveField.radius, test::measuredRadius(network)) << scale;
        EXPECT_LE(test::regionError(network), closeTo);
        const auto older = recogniseInFloat64(test::renamed(checkpoint, [](const std::string& key) {
            return test::replaced(test::replaced(key, "body.", "recon_trunk."), "conv_hr", "HRconv");
        }));
        EXPECT_EQ(older.card.hyperparameters, network.card.hyperparameters);
        const auto input = picture(7, 5);
        EXPECT_EQ(older(input).sizes().vec(), test::srSizes(7, 5, scale));
        EXPECT_EQ(distance(older(input), network(input)), 0.0);
    }
    EXPECT_EQ(recogniseInFloat64(msrResNet(16, 4).checkpoint()).card.receptiveField.radius, 35);
}

TEST(MsrResNet, AddsTheImageItselfWhereNothingIsEnlarged) {
    auto checkpoint = msrResNet(2, 1).checkpoint();
    for (auto& [key, data] : checkpoint.tensors) {
        if (key.starts_with("conv_last")) {
            std::ranges::fill(data.values, 0.0F);
        }
    }
    EXPECT_EQ(distance(recogniseInFloat64(checkpoint)(picture(7, 5)), picture(7, 5)), 0.0);
}

TEST(MsrResNet, PixelAttentionOfPansRepositoryIsAnotherNetwork) {
    auto maker = msrResNet(1, 4);
    const auto older = test::renamed(
        maker.convolution("body.0.pa.conv", features, features, 1).checkpoint(), [](const std::string& key) {
            return test::replaced(test::replaced(key, "body.", "recon_trunk."), "conv_hr", "HRconv");
        });
    EXPECT_FALSE(test::isRecognised(older));
}

/// Weights of a KAIR net whose convolutions hand their input on, from every channel to all its copies.
CheckpointMaker identityKair(int blocks, int scale, bool shuffles, bool lastBias) {
    CheckpointMaker maker;
    constexpr std::int64_t rgb = 3;
    const auto handOn = [&](const std::string& prefix, std::int64_t copies, bool bias = true) {
        std::vector<float> weight(static_cast<std::size_t>(copies * rgb * rgb * 9), 0.0F);
        for (std::int64_t out = 0; out < copies * rgb; ++out) {
            weight[static_cast<std::size_t>((out * rgb + out / copies) * 9 + 4)] = 1.0F;
        }
        maker.tensor(prefix + ".weight", {copies * rgb, rgb, 3, 3}, weight);
        if (bias) {
            maker.tensor(prefix + ".bias", {copies * rgb},
                         std::vector<float>(static_cast<std::size_t>(copies * rgb), 0.0F));
        }
    };
    handOn("model.0", 1);
    for (int i = 0; i < blocks; ++i) {
        handOn(fmt::format("model.1.sub.{}.res.0", i), 1);
        handOn(fmt::format("model.1.sub.{}.res.2", i), 1);
    }
    handOn(fmt::format("model.1.sub.{}", blocks), 1);
    const std::int64_t factor = scale == 3 ? 3 : 2;
    int number = 2;
    for (std::int64_t rest = scale; rest > 1; rest /= factor, number += 3) {
        handOn(fmt::format("model.{}", shuffles ? number : number + 1), shuffles ? factor * factor : 1);
    }
    handOn(fmt::format("model.{}", number), 1);
    handOn(fmt::format("model.{}", number + 2), 1, lastBias);
    return maker;
}

TEST(KairResNet, ResidualsSkipAndUpsamplingAreWhereTheyBelong) {
    for (const int scale : {1, 2, 3, 4, 8}) {
        for (const bool shuffles : {false, true}) {
            constexpr int blocks = 3;
            ModelSettings settings;
            settings.scale = scale;
            const auto network =
                recogniseInFloat64(identityKair(blocks, scale, shuffles, scale == 4).checkpoint(), settings);
            EXPECT_EQ(network.card.architecture, "MSRResNet (KAIR)");
            const auto input = picture(7, 5);
            // A block doubles, and the long skip adds the input once more.
            const auto expected = (8.0 + 1.0) * input.repeat_interleave(scale, 2).repeat_interleave(scale, 3);
            EXPECT_LE(distance(network(input), expected), closeTo) << scale << shuffles;
        }
    }
}

/// Random weights of the same shapes.
Checkpoint kair(int blocks, int scale, bool shuffles) {
    const auto identity = identityKair(blocks, scale, shuffles, false);
    CheckpointMaker maker;
    for (const auto& [key, data] : identity.checkpoint().tensors) {
        maker.tensor(key, data.shape);
    }
    return maker.checkpoint();
}

TEST(KairResNet, ReceptiveFieldAndRegions) {
    for (const int scale : {1, 2, 3, 4, 8}) {
        for (const bool shuffles : {false, true}) {
            ModelSettings settings;
            settings.scale = scale;
            const auto network = recogniseInFloat64(kair(2, scale, shuffles), settings);
            EXPECT_EQ(network.card.receptiveField.radius, test::measuredRadius(network)) << scale << shuffles;
            EXPECT_LE(test::regionError(network), closeTo);
        }
    }
}

TEST(KairResNet, ScaleOfOneNearestEnlargementIsOpen) {
    const auto network = recogniseInFloat64(kair(1, 2, false));
    EXPECT_EQ(network.card.scales.size(), 2U);
    EXPECT_FALSE(network.card.assumed.empty());
}

}  // namespace
}  // namespace lamscope::srresnet_test
