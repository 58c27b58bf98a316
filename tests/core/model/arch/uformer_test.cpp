// SPDX-License-Identifier: GPL-3.0-or-later
// What the record of Uformer leaves open: shifted windows (against the authors' formulation in single operations),
// patterns in them, images that are no squares, padding and reach.
#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "runtime/torch_headers.h"
#include "support/expect_error.h"
#include "support/restoration_networks.h"
#include "support/transformer_variants.h"

namespace lamscope::uformer_test {
namespace {

using test::assuming;
using test::closeTo;
using test::distance;
using test::picture;
using test::recogniseInFloat64;
using test::uformer;
using test::UformerSizes;
using torch::Tensor;

/// The authors' network in single operations: windows are cut out of an image that is rolled, and masked by areas.
class Reference {
public:
    Reference(Checkpoint checkpoint, const UformerSizes& sizes, std::int64_t trainedSide)
        : checkpoint_(std::move(checkpoint))
        , sizes_(sizes)
        , trainedSide_(trainedSide) {}

    [[nodiscard]] Tensor operator()(const Tensor& image) const {
        auto x = at::leaky_relu(convolved(image, "input_proj.proj.0", 1, 1), 0.01);
        std::vector<Tensor> skips;
        for (int l = 0; l < 4; ++l) {
            skips.push_back(stage(x, fmt::format("encoderlayer_{}", l), sizes_.depths[static_cast<std::size_t>(l)], l));
            x = convolved(skips.back(), fmt::format("dowsample_{}.conv.0", l), 2, 1);
        }
        x = stage(x, "conv", sizes_.depths[4], 4);
        for (int i = 0; i < 4; ++i) {
            const auto up = fmt::format("upsample_{}.deconv.0", i);
            x = at::conv_transpose2d(x, tensor(up + ".weight"), tensor(up + ".bias"), 2);
            x = at::cat({x, skips.back()}, 1);
            skips.pop_back();
            x = stage(x, fmt::format("decoderlayer_{}", i), sizes_.depths[static_cast<std::size_t>(5 + i)], 3 - i);
        }
        return image + convolved(x, "output_proj.proj.0", 1, 1);
    }

private:
    [[nodiscard]] Tensor tensor(const std::string& key) const {
        const auto& data = *checkpoint_.find(key);
        return torch::tensor(data.values).to(torch::kFloat64).view(data.shape);
    }

    [[nodiscard]] Tensor convolved(const Tensor& x, const std::string& key, std::int64_t stride, std::int64_t padding,
                                   std::int64_t groups = 1) const {
        return at::conv2d(x, tensor(key + ".weight"), tensor(key + ".bias"), stride, padding, 1, groups);
    }

    [[nodiscard]] Tensor linear(const Tensor& x, const std::string& key) const {
        return at::linear(x, tensor(key + ".weight"), tensor(key + ".bias"));
    }

    [[nodiscard]] Tensor normalised(const Tensor& x, const std::string& key) const {
        return at::layer_norm(x, {x.size(-1)}, tensor(key + ".weight"), tensor(key + ".bias"));
    }

    /// [h, w, c] -> [windows, pixels, c], and back.
    [[nodiscard]] Tensor windowsOf(const Tensor& x) const {
        const auto w = sizes_.window;
        return x.view({x.size(0) / w, w, x.size(1) / w, w, -1})
            .permute({0, 2, 1, 3, 4})
            .reshape({-1, w * w, x.size(2)});
    }
    [[nodiscard]] Tensor imageOf(const Tensor& windows, std::int64_t height, std::int64_t width) const {
        const auto w = sizes_.window;
        return windows.view({height / w, width / w, w, w, -1}).permute({0, 2, 1, 3, 4}).reshape({height, width, -1});
    }

    /// −100 between pixels of a window that only rolling has brought together.
    [[nodiscard]] Tensor mask(std::int64_t height, std::int64_t width) const {
        const auto w = sizes_.window;
        auto areas = torch::zeros({height, width, 1}, torch::kFloat64);
        const auto parts = [&](std::int64_t side) {
            return std::array{std::pair(std::int64_t{0}, side - w), std::pair(side - w, side - w / 2),
                              std::pair(side - w / 2, side)};
        };
        double number = 0.0;
        for (const auto& [top, bottom] : parts(height)) {
            for (const auto& [left, right] : parts(width)) {
                areas.slice(0, top, bottom).slice(1, left, right).fill_(number++);
            }
        }
        const auto ofWindows = windowsOf(areas).squeeze(-1);
        return (ofWindows.unsqueeze(1) != ofWindows.unsqueeze(2)).to(torch::kFloat64) * -100.0;
    }

    [[nodiscard]] Tensor attended(const Tensor& windows, const std::string& prefix, const Tensor& areas) const {
        const auto w = sizes_.window;
        const auto table = tensor(prefix + ".relative_position_bias_table");
        const auto heads = table.size(1);
        const auto byHeads = [&](const Tensor& x) { return x.view({x.size(0), x.size(1), heads, -1}).transpose(1, 2); };
        const auto keysValues = linear(windows, prefix + ".qkv.to_kv").chunk(2, -1);
        const auto queries = byHeads(linear(windows, prefix + ".qkv.to_q"));
        auto scores = at::matmul(queries, byHeads(keysValues[0]).transpose(-2, -1))
                      / std::sqrt(static_cast<double>(queries.size(-1)));
        for (std::int64_t i = 0; i < w * w; ++i) {
            for (std::int64_t j = 0; j < w * w; ++j) {
                const auto row = (i / w - j / w + w - 1) * (2 * w - 1) + i % w - j % w + w - 1;
                scores.select(2, i).select(2, j).add_(table[row]);
            }
        }
        if (areas.defined()) {
            scores = scores + areas.unsqueeze(1);
        }
        const auto y = at::matmul(at::softmax(scores, -1), byHeads(keysValues[1]));
        return linear(y.transpose(1, 2).reshape(windows.sizes()), prefix + ".proj");
    }

    [[nodiscard]] Tensor stage(const Tensor& features, const std::string& name, int depth, int level) const {
        auto x = features[0].permute({1, 2, 0}).contiguous();
        const auto height = x.size(0);
        const auto width = x.size(1);
        for (int i = 0; i < depth; ++i) {
            const auto prefix = fmt::format("{}.blocks.{}", name, i);
            const bool shifts = i % 2 == 1 && (trainedSide_ >> level) > sizes_.window;
            const auto by = shifts ? sizes_.window / 2 : 0;
            auto windows = windowsOf(normalised(x, prefix + ".norm1").roll({-by, -by}, {0, 1}));
            if (checkpoint_.find(prefix + ".modulator.weight") != nullptr) {
                windows = windows + tensor(prefix + ".modulator.weight");
            }
            windows = attended(windows, prefix + ".attn", shifts ? mask(height, width) : Tensor());
            x = x + imageOf(windows, height, width).roll({by, by}, {0, 1});
            const auto hidden = at::gelu(linear(normalised(x, prefix + ".norm2"), prefix + ".mlp.linear1.0"));
            const auto local = at::gelu(
                convolved(hidden.permute({2, 0, 1}).unsqueeze(0), prefix + ".mlp.dwconv.0", 1, 1, hidden.size(2)));
            x = x + linear(local[0].permute({1, 2, 0}), prefix + ".mlp.linear2.0");
        }
        return x.permute({2, 0, 1}).unsqueeze(0);
    }

    Checkpoint checkpoint_;
    UformerSizes sizes_;
    std::int64_t trainedSide_;
};

TEST(Uformer, ShiftsItsWindowsAsTheAuthorsDo) {
    const UformerSizes sizes{.depths = {2, 1, 2, 1, 3, 1, 2, 2, 2}, .window = 4};
    const auto checkpoint = uformer(sizes).checkpoint();
    const auto lr = picture(64, 64);
    for (const std::int64_t trained : {64, 128}) {  // at 64 the coarsest level is one window
        const auto network = recogniseInFloat64(checkpoint, assuming("img_size", {static_cast<double>(trained)}));
        EXPECT_EQ(network.card.sizeMultiple, 64);
        const Reference reference(checkpoint, sizes, trained);
        EXPECT_LT(distance(network(lr), reference(lr)), 1e-11) << trained;
    }
    // No square, where more than one window lies at the coarsest level.
    const auto network = recogniseInFloat64(checkpoint);
    const auto wide = picture(64, 192);
    EXPECT_LT(distance(network(wide), Reference(checkpoint, sizes, 128)(wide)), 1e-11);
}

TEST(Uformer, WhatTheFileDoesNotTellIsSaid) {
    const auto checkpoint = uformer({.depths = {1, 1, 1, 1, 2, 1, 1, 1, 1}, .window = 8}).checkpoint();
    const auto usual = recogniseInFloat64(checkpoint);
    EXPECT_EQ(usual.card.assumed, (std::vector<std::string>{"slope 0.01", "img_size 128"}));
    const auto lr = picture(128, 128);
    EXPECT_GT(distance(usual(lr), recogniseInFloat64(checkpoint, assuming("img_size", {256.0}))(lr)), 1e-9)
        << "the coarsest level shifts";
    for (const double side : {0.0, 100.5, 1e6}) {
        test::expectError(ErrorCode::InvalidArgument, {"img_size=", "128"},
                          [&] { static_cast<void>(recogniseInFloat64(checkpoint, assuming("img_size", {side}))); });
    }
}

/// Continued by reflection at its end, as often as it takes.
Tensor continuedTo(const Tensor& x, std::int64_t axis, std::int64_t side) {
    std::vector<std::int64_t> from;
    const auto period = 2 * (x.size(axis) - 1);
    for (std::int64_t i = 0; i < side; ++i) {
        const auto at = i % period;
        from.push_back(at < x.size(axis) ? at : period - at);
    }
    return x.index_select(axis, torch::tensor(from));
}

TEST(Uformer, IsPaddedByReflection) {
    const auto checkpoint = uformer({.window = 8}).checkpoint();
    const auto network = recogniseInFloat64(checkpoint);
    EXPECT_EQ(network.card.sizeMultiple, 128);
    EXPECT_EQ(network.card.minimumSide, 33) << "the usual context of maps is 64 pixels";
    const auto lr = picture(40, 33);
    const auto padded = continuedTo(continuedTo(lr, 2, 128), 3, 128);
    EXPECT_LT(distance(network(lr), network(padded).narrow(2, 0, 40).narrow(3, 0, 33)), closeTo);
}

TEST(Uformer, DepthsAndHeadsComeFromTheFile) {
    const auto network = recogniseInFloat64(
        uformer({.features = 3, .depths = {1, 2, 1, 1, 1, 1, 1, 3, 1}, .hasModulator = false}).checkpoint());
    EXPECT_EQ(test::hyperparameter(network, "embedding"), "3");
    EXPECT_EQ(test::hyperparameter(network, "depths"), "1 2 1 1 1 1 1 3 1");
    EXPECT_EQ(test::hyperparameter(network, "heads"), "1 2 4 8 16 16 8 4 2");
    EXPECT_EQ(test::hyperparameter(network, "window"), "2");
    EXPECT_EQ(test::hyperparameter(network, "modulator"), "without");
    EXPECT_LT(test::regionError(network), closeTo);
    test::expectIndependentImages(network, 32, 64);
}

TEST(Uformer, NothingLiesBeyondTheStatedReach) {
    for (const auto& depths : {std::array{1, 1, 1, 1, 1, 1, 1, 1, 1}, std::array{2, 1, 1, 2, 2, 1, 2, 1, 1}}) {
        const auto network = recogniseInFloat64(uformer({.depths = depths}).checkpoint());
        ASSERT_TRUE(network.card.receptiveField.radius);
        const std::int64_t stated = *network.card.receptiveField.radius;
        const std::int64_t period = network.card.sizeMultiple;
        const auto side = ((2 * stated + 2) / period + 2) * period;
        auto lr = picture(side, side).requires_grad_(true);
        const auto sr = network.network->forward(lr);
        std::int64_t furthest = 0;
        for (std::int64_t offset = 0; offset < period; ++offset) {  // a pixel's place in its windows decides
            const auto place = (stated + period - 1) / period * period + offset;
            const auto gradient =
                torch::autograd::grad({sr.select(2, place).select(2, place).sum()}, {lr}, {}, true).front();
            // Masked pairs of a shifted window have weights of e^-100.
            const auto touched = (gradient.abs() > 1e-25).any(1).nonzero().narrow(1, 1, 2) - place;
            furthest = std::max(furthest, touched.abs().max().item<std::int64_t>());
        }
        EXPECT_LE(furthest, stated);
        EXPECT_GE(furthest, stated - 4) << "the bound says little";
    }
}

TEST(Uformer, MisshapenFilesAreRefused) {
    const auto withTable = [](const std::vector<std::int64_t>& shape) {
        auto checkpoint = uformer({}).checkpoint();
        for (auto& [key, data] : checkpoint.tensors) {
            if (key == "encoderlayer_2.blocks.0.attn.relative_position_bias_table") {
                data.shape = shape;
                data.values.assign(static_cast<std::size_t>(shape[0] * shape[1]), 0.0F);
            }
        }
        return checkpoint;
    };
    EXPECT_TRUE(test::isRecognised(withTable({9, 2})));
    EXPECT_FALSE(test::isRecognised(withTable({9, 3})));   // heads that do not divide the features
    EXPECT_FALSE(test::isRecognised(withTable({25, 2})));  // another window
}

}  // namespace
}  // namespace lamscope::uformer_test
