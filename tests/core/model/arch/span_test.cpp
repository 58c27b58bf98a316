// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "runtime/torch_headers.h"
#include "support/network_variants.h"

namespace lamscope::span_test {
namespace {

using test::CheckpointMaker;
using test::distance;
using test::picture;
using test::recogniseInFloat64;

/// Prefixes of the convolutions that training splits, with their input channels.
std::vector<std::pair<std::string, std::int64_t>> splitConvolutions(std::int64_t features, int blocks) {
    std::vector<std::pair<std::string, std::int64_t>> all{{"conv_1", 3}, {"conv_2", features}};
    for (int i = 1; i <= blocks; ++i) {
        for (int k = 1; k <= 3; ++k) {
            all.emplace_back(fmt::format("block_{}.c{}_r", i, k), features);
        }
    }
    return all;
}

CheckpointMaker span(std::int64_t features, int blocks, int scale) {
    CheckpointMaker maker(0.5);
    for (const auto& [prefix, in] : splitConvolutions(features, blocks)) {
        maker.convolution(prefix + ".sk", in, features, 1);
        maker.convolution(prefix + ".conv.0", in, 2 * in, 1);
        maker.convolution(prefix + ".conv.1", 2 * in, 2 * features);
        maker.convolution(prefix + ".conv.2", 2 * features, features, 1);
    }
    maker.convolution("conv_cat", 4 * features, features, 1);
    return maker.convolution("upsampler.0", features, std::int64_t{3} * scale * scale);
}

/// The file without training's branches, whose kernels are measured: a convolution's answer to a single pixel is its
/// kernel turned around.
Checkpoint slim(const Checkpoint& full, std::int64_t features, int blocks) {
    CheckpointMaker maker;
    const auto find = [&](const std::string& key) {
        const auto* data = full.find(key);
        return torch::tensor(data->values).reshape(data->shape).to(torch::kFloat64);
    };
    for (const auto& [prefix, in] : splitConvolutions(features, blocks)) {
        const auto branches = [&, name = prefix](const torch::Tensor& x) {
            const auto layer = [&](const std::string& key, const torch::Tensor& y) {
                return at::conv2d(y, find(name + key + ".weight"), find(name + key + ".bias"));
            };
            return layer(".conv.2", layer(".conv.1", layer(".conv.0", x)))
                   + layer(".sk", x).slice(2, 1, -1).slice(3, 1, -1);
        };
        const auto bias = branches(torch::zeros({1, in, 3, 3}, torch::kFloat64)).flatten();
        auto pixels = torch::zeros({in, in, 5, 5}, torch::kFloat64);
        for (std::int64_t c = 0; c < in; ++c) {
            pixels[c][c][2][2] = 1.0;
        }
        const auto answers = branches(pixels) - bias.view({1, -1, 1, 1});
        const auto kernel = answers.flip({2, 3}).transpose(0, 1).to(torch::kFloat32).contiguous();
        const auto bias32 = bias.to(torch::kFloat32);
        maker.tensor(prefix + ".eval_conv.weight", kernel.sizes().vec(),
                     {kernel.data_ptr<float>(), kernel.data_ptr<float>() + kernel.numel()});
        maker.tensor(prefix + ".eval_conv.bias", bias32.sizes().vec(),
                     {bias32.data_ptr<float>(), bias32.data_ptr<float>() + bias32.numel()});
    }
    auto result = maker.checkpoint();
    for (const auto& [key, data] : full.tensors) {
        if (key.starts_with("conv_cat") || key.starts_with("upsampler")) {
            result.tensors.emplace_back(key, data);
        }
    }
    return result;
}

TEST(Span, AnyDepthWidthAndScaleWithAndWithoutBranches) {
    static constexpr std::int64_t features = 6;
    for (const int scale : {2, 3, 4}) {
        for (const int blocks : {1, 3}) {
            const auto full = span(features, blocks, scale).checkpoint();
            const auto network = recogniseInFloat64(full);
            EXPECT_EQ(network.card.architecture, "SPAN");
            EXPECT_EQ(network.card.scales, std::vector{scale});
            EXPECT_EQ(network.range, 1.0);
            EXPECT_EQ(network.card.receptiveField.radius, test::measuredRadius(network));
            EXPECT_LE(test::regionError(network), 1e-10);
            const auto input = picture(6, 5);
            const auto expected = network(input);
            EXPECT_EQ(expected.size(2), 6 * scale);
            // The kernels of the slim file are rounded.
            const auto fused = recogniseInFloat64(slim(full, features, blocks));
            EXPECT_LE(distance(fused(input), expected), 1e-5 * expected.abs().max().item<double>());
        }
    }
    EXPECT_EQ(recogniseInFloat64(span(2, 6, 4).checkpoint()).card.receptiveField.radius, 21);
}

TEST(Span, StaleKernelsAreIgnored) {
    const auto clean = span(6, 2, 2);
    auto stale = clean;
    for (const auto& [prefix, in] : splitConvolutions(6, 2)) {
        stale.convolution(prefix + ".eval_conv", in, 6);
    }
    const auto input = picture(6, 5);
    EXPECT_EQ(distance(recogniseInFloat64(stale.checkpoint())(input), recogniseInFloat64(clean.checkpoint())(input)),
              0.0);
}

TEST(Span, WithoutNormalisation) {
    const auto maker = span(6, 2, 2);
    auto without = maker;
    const auto network = recogniseInFloat64(without.tensor("no_norm", {1}).checkpoint());
    EXPECT_TRUE(network.card.mean.empty());
    const auto input = picture(6, 5);
    const auto mean = torch::tensor({0.4488F, 0.4371F, 0.4040F}).to(torch::kFloat64).view({1, 3, 1, 1});
    EXPECT_LE(distance(network(255.0 * (input - mean)), recogniseInFloat64(maker.checkpoint())(input)), 1e-10);
}

TEST(Span, WithANarrowTail) {
    CheckpointMaker maker;
    const auto full = span(6, 2, 2).checkpoint();
    for (const auto& [key, data] : full.tensors) {
        if (!key.starts_with("conv_cat") && !key.starts_with("upsampler")) {
            maker.tensor(key, data.shape, data.values);
        }
    }
    const auto network =
        recogniseInFloat64(maker.convolution("conv_cat", 24, 4, 1).convolution("upsampler.0", 4, 12).checkpoint());
    EXPECT_EQ(network.card.architecture, "SPAN");
    EXPECT_EQ(network.card.receptiveField.radius, test::measuredRadius(network));
    EXPECT_LE(test::regionError(network), 1e-10);
}

TEST(Span, EsrNetAddsABlockOfOneConvolutionFaintly) {
    const auto plain = span(6, 2, 2);
    auto with = plain;
    const auto checkpoint = with.convolution("block_3.c1_r.eval_conv", 6, 6).checkpoint();
    const auto network = recogniseInFloat64(checkpoint);
    EXPECT_EQ(network.card.architecture, "ESRNet");
    EXPECT_EQ(network.card.assumed, std::vector<std::string>{"residual_scale 1e-05"});
    const auto input = picture(6, 5);
    const auto without = recogniseInFloat64(plain.checkpoint())(input);
    const auto of = [&](double scale) {
        return recogniseInFloat64(checkpoint, test::assuming("residual_scale", {scale}))(input);
    };
    EXPECT_EQ(distance(of(0.0), without), 0.0);
    EXPECT_LE(distance(of(2.0) - without, 2.0 * (of(1.0) - without)), 1e-10 * of(2.0).abs().max().item<double>());
    EXPECT_GT(distance(of(1.0), without), 0.0);
}

}  // namespace
}  // namespace lamscope::span_test
