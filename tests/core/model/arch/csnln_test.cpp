// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "runtime/torch_headers.h"
#include "support/network_variants.h"
#include "support/small_networks.h"

namespace lamscope::csnln_test {
namespace {

constexpr std::int64_t features = 3;
TEST(Csnln, AllScalesAndOtherDepthsAreRead) {
    for (const int scale : {2, 3, 4}) {
        const auto network = test::recogniseInFloat64(test::csnln(features, scale, scale).checkpoint());
        EXPECT_EQ(network.card.architecture, "CSNLN");
        EXPECT_EQ(network.scale, scale);
        EXPECT_EQ(network.range, 1.0);
        EXPECT_EQ(network.card.sizeMultiple, scale == 3 ? 3 : 2);
        EXPECT_EQ(network.card.hyperparameters, (std::vector<std::pair<std::string, std::string>>{
                                                    {"features", "3"}, {"depth", std::to_string(scale)}}));
        EXPECT_TRUE(network.card.receptiveField.global);
        EXPECT_EQ(network(test::picture(5, 7)).sizes().vec(),
                  (std::vector<std::int64_t>{1, 3, 5L * scale, 7L * scale}));
        EXPECT_LT(test::regionError(network), 1e-10);
    }
}

TEST(Csnln, FeaturesOfZeroHaveFiniteGradients) {
    auto checkpoint = test::csnln(features, 2, 2).checkpoint();
    for (auto& [key, data] : checkpoint.tensors) {
        std::ranges::fill(data.values, 0.0F);
    }
    const auto network = test::recogniseInFloat64(checkpoint);
    const auto lr = test::picture(4, 4).requires_grad_(true);
    const auto gradient = torch::autograd::grad({network.network->forward(lr).sum()}, {lr}).front();
    EXPECT_EQ(gradient.abs().max().item<double>(), 0.0);
}

/// The weights with which the SR of depth 1 is the output of the cross-scale attention on the LR picture itself.
Checkpoint attentionAlone(Checkpoint checkpoint) {
    const std::string attention = "SEM.multi_source_projection.up_attention.";
    for (auto& [key, data] : checkpoint.tensors) {
        if (data.shape.size() == 1 && key.ends_with(".1.weight")) {
            data.values = {1.0F};  // no activation
        } else if (!key.starts_with(attention)) {
            std::ranges::fill(data.values, 0.0F);
        }
        const bool passes = key == "head.0.0.weight" || key == "head.1.0.weight" || key == "tail.0.weight";
        if (passes || key == "sub_mean.weight" || key == "add_mean.weight") {
            const std::size_t taps = passes ? 9 : 1;
            for (std::size_t c = 0; c < 3; ++c) {
                data.values[(c * 3 + c) * taps + taps / 2] = 1.0F;
            }
        }
    }
    return checkpoint;
}

/// One of the attention's 1x1 convolutions, applied to [3, h, w].
torch::Tensor embedded(const Checkpoint& checkpoint, const std::string& name, const torch::Tensor& x) {
    const auto prefix = "SEM.multi_source_projection.up_attention." + name + ".0.";
    const auto values = [&](const std::string& suffix) {
        return torch::tensor(checkpoint.find(prefix + suffix)->values).to(torch::kFloat64);
    };
    const auto bias = values("bias");
    return torch::einsum("oc,chw->ohw", {values("weight").reshape({bias.size(0), 3}), x}) + bias.reshape({-1, 1, 1});
}

/// A map with zeros around it.
class ZeroBordered {
public:
    explicit ZeroBordered(torch::Tensor x)
        : x_(std::move(x)) {}

    [[nodiscard]] std::int64_t channels() const { return x_.size(0); }
    [[nodiscard]] double operator()(std::int64_t c, std::int64_t y, std::int64_t x) const {
        const bool inside = y >= 0 && y < x_.size(1) && x >= 0 && x < x_.size(2);
        return inside ? x_[c][y][x].item<double>() : 0.0;
    }

private:
    torch::Tensor x_;
};

/// [3, h, w] -> [3, h/s, w/s], bilinear without antialiasing: at an odd factor, a sample lies on a pixel; at 2, between
/// four.
torch::Tensor reducedPicture(const torch::Tensor& x, std::int64_t s) {
    if (s == 2) {
        return at::avg_pool2d(x, 2);
    }
    return x.slice(1, s / 2, std::nullopt, s).slice(2, s / 2, std::nullopt, s);
}

/// The formula of the paper, pixel by pixel: [3, h, w] -> [3, s*h, s*w].
torch::Tensor crossScaleAttention(const Checkpoint& checkpoint, const torch::Tensor& x, std::int64_t s) {
    const auto rows = x.size(1) / s;
    const auto columns = x.size(2) / s;
    const ZeroBordered queries(embedded(checkpoint, "conv_match_1", x));
    const ZeroBordered keys(embedded(checkpoint, "conv_match_2", reducedPicture(x, s)));
    const ZeroBordered values(embedded(checkpoint, "conv_assembly", x));
    auto result = torch::zeros({3, s * x.size(1), s * x.size(2)}, torch::kFloat64);
    auto output = result.accessor<double, 3>();
    for (std::int64_t i = 0; i < x.size(1); ++i) {
        for (std::int64_t j = 0; j < x.size(2); ++j) {
            std::vector<double> weights;
            double total = 0.0;
            for (std::int64_t patch = 0; patch < rows * columns; ++patch) {
                double product = 0.0;
                double square = 0.0;
                for (std::int64_t n = 0; n < queries.channels() * 9; ++n) {
                    const auto dy = n / 3 % 3 - 1;
                    const auto dx = n % 3 - 1;
                    const double key = keys(n / 9, patch / columns + dy, patch % columns + dx);
                    product += key * queries(n / 9, i + dy, j + dx);
                    square += key * key;
                }
                weights.push_back(std::exp(10.0 * product / std::max(std::sqrt(square), 1e-4)));
                total += weights.back();
            }
            for (std::int64_t patch = 0; patch < rows * columns; ++patch) {
                const double weight = weights[static_cast<std::size_t>(patch)] / total / 6.0;
                for (std::int64_t n = 0; n < 27 * s * s; ++n) {
                    const auto c = n / (9 * s * s);
                    const auto dy = n / (3 * s) % (3 * s) - s;
                    const auto dx = n % (3 * s) - s;
                    const auto y = s * i + dy;
                    const auto z = s * j + dx;
                    if (y >= 0 && y < result.size(1) && z >= 0 && z < result.size(2)) {
                        output[c][y][z] += weight * values(c, s * (patch / columns) + dy, s * (patch % columns) + dx);
                    }
                }
            }
        }
    }
    return result;
}

TEST(Csnln, CrossScaleAttentionFollowsThePaper) {
    for (const int scale : {2, 3}) {
        const auto checkpoint = attentionAlone(test::csnln(features, scale, 1).checkpoint());
        const auto lr = test::picture(6, 6);
        const auto sr = test::recogniseInFloat64(checkpoint)(lr);
        const auto expected = crossScaleAttention(checkpoint, lr[0], scale);
        EXPECT_GT(expected.abs().max().item<double>(), 0.01);
        EXPECT_LT(test::distance(sr[0], expected), 1e-12) << scale;
    }
}

}  // namespace
}  // namespace lamscope::csnln_test
