// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "runtime/torch_headers.h"
#include "support/network_variants.h"

namespace lamscope::san_test {
namespace {

constexpr std::int64_t features = 8;
constexpr std::int64_t reduced = 2;

/// Two groups of three blocks; `upsampling` holds the factors of the tail's pixel shuffles.
Checkpoint makeSan(const std::vector<std::int64_t>& upsampling) {
    test::CheckpointMaker maker;
    maker.meanShift({114.4F, 111.5F, 103.0F}).tensor("gamma", {1}).convolution("head.0", 3, features);
    for (int g = 0; g < 2; ++g) {
        const auto group = fmt::format("RG.{}.", g);
        for (int r = 0; r < 3; ++r) {
            maker.convolution(fmt::format("{}rcab.{}.conv_first.0", group, r), features, features);
            maker.convolution(fmt::format("{}rcab.{}.conv_first.2", group, r), features, features);
        }
        maker.tensor(group + "gamma", {1}).convolution(group + "conv_last", features, features);
        maker.convolution(group + "soca.conv_du.0", features, reduced, 1);
        maker.convolution(group + "soca.conv_du.2", reduced, features, 1);
    }
    for (const auto* name : {"theta", "phi.0", "g.0"}) {
        maker.convolution(fmt::format("non_local.non_local.{}", name), features, 4, 1);
    }
    maker.convolution("non_local.non_local.W", 4, features, 1);
    maker.convolution("non_local.soca.conv_du.0", features, 1, 1).convolution("conv_last", features, features);
    for (std::size_t i = 0; i < upsampling.size(); ++i) {
        maker.convolution(fmt::format("tail.0.{}", 2 * i), features, upsampling[i] * upsampling[i] * features);
    }
    return maker.convolution("tail.1", features, 3).checkpoint();
}

/// The same with all values of some tensors set to zero.
template <typename Predicate>
Checkpoint zeroed(Checkpoint checkpoint, const Predicate& predicate) {
    for (auto& [key, data] : checkpoint.tensors) {
        if (predicate(key)) {
            std::ranges::fill(data.values, 0.0F);
        }
    }
    return checkpoint;
}

TEST(San, OtherDepthsWidthsAndScalesAreRead) {
    for (const auto& [upsampling, scale] :
         std::vector<std::pair<std::vector<std::int64_t>, int>>{{{2}, 2}, {{3}, 3}, {{2, 2}, 4}, {{2, 2, 2}, 8}}) {
        const auto network = test::recogniseInFloat64(makeSan(upsampling));
        EXPECT_EQ(network.card.architecture, "SAN");
        EXPECT_EQ(network.scale, scale);
        EXPECT_EQ(network.range, 255.0);
        EXPECT_EQ(network.card.hyperparameters,
                  (std::vector<std::pair<std::string, std::string>>{
                      {"features", "8"}, {"residual groups", "2"}, {"blocks per group", "3"}, {"reduction", "4"}}));
        EXPECT_TRUE(network.card.receptiveField.global);
        EXPECT_NEAR(network.card.mean.at(0), 114.4 / 255.0, 1e-6);
        EXPECT_EQ(network(test::picture(4, 5)).sizes().vec(),
                  (std::vector<std::int64_t>{1, 3, 4L * scale, 5L * scale}));
        EXPECT_LT(test::regionError(network), 1e-10);
    }
}

TEST(San, UnusedTensorsMayBeAbsent) {
    const auto full = makeSan({2});
    const auto lean = test::renamed(full, [](const std::string& key) {
        const bool isUnused = key.starts_with("conv_last") || key.starts_with("non_local.soca") || key == "RG.0.gamma"
                              || key == "RG.1.gamma";
        return isUnused ? std::string() : key;
    });
    const auto lr = test::picture(6, 7);
    EXPECT_EQ(test::distance(test::recogniseInFloat64(full)(lr), test::recogniseInFloat64(lean)(lr)), 0.0);
    EXPECT_FALSE(test::isRecognised(
        test::renamed(full, [](const std::string& key) { return key == "gamma" ? std::string() : key; })));
}

TEST(San, ConstantFeaturesHaveFiniteGradients) {
    // Without weights all features are zero: so is their covariance, at which a root has no derivative.
    for (const auto type : {torch::kFloat32, torch::kFloat64}) {
        auto network = test::recogniseInFloat64(zeroed(makeSan({2}), [](const std::string& key) {
            return !key.starts_with("sub_mean") && !key.starts_with("add_mean");
        }));
        network.network->to(torch::kCPU, type);
        const auto lr = test::picture(8, 9).to(type).requires_grad_(true);
        const auto sr = network.network->forward(lr);
        EXPECT_TRUE(sr.isfinite().all().item<bool>());
        const auto gradient = torch::autograd::grad({sr.sum()}, {lr}).front();
        EXPECT_EQ(gradient.abs().max().item<double>(), 0.0);
    }
}

TEST(San, CovarianceIsThatOfTheCentralThousandPixelsOfALongSide) {
    // Without the non-local block, the residual blocks and the second group, a pixel's influence goes through the
    // head's 3x3 convolution and the first group's covariance: of columns 5 to 1004 of 1010.
    auto checkpoint = zeroed(makeSan({2}), [](const std::string& key) {
        return key.starts_with("non_local.non_local.W") || key.find("rcab") != std::string::npos
               || key.starts_with("RG.1.") || key == "RG.0.soca.conv_du.0.bias";
    });
    for (auto& [key, data] : checkpoint.tensors) {
        if (key == "RG.0.soca.conv_du.0.weight") {  // opposite rows: one of the two survives the ReLU
            std::ranges::fill(data.values, 1.0F);
            std::fill_n(data.values.begin(), features, -1.0F);
        }
    }
    const auto network = test::recogniseInFloat64(checkpoint);
    const auto influence = [&](std::int64_t column) {
        auto lr = test::picture(4, 1010);
        const auto before = network(lr).narrow(3, 1200, 100);
        lr.select(3, column).add_(50.0);
        return test::distance(network(lr).narrow(3, 1200, 100), before);
    };
    EXPECT_EQ(influence(3), 0.0);
    EXPECT_GT(influence(4), 1e-6);
    EXPECT_GT(influence(1005), 1e-6);
    EXPECT_EQ(influence(1006), 0.0);
}

}  // namespace
}  // namespace lamscope::san_test
