// SPDX-License-Identifier: GPL-3.0-or-later
// What the records of SwinIR leave open: the other tails and scales (of the frame that HAT and DAT share), windows,
// inner ranges, and files that are not quite as published.
#include <algorithm>

#include "support/expect_error.h"
#include "support/transformer_variants.h"

namespace lamscope::swinir_test {
namespace {

using test::CheckpointMaker;
using test::distance;
using test::picture;
using test::RecognisedNetwork;
using test::recogniseInFloat64;
using test::smallEmbedding;

constexpr std::int64_t heads = 2;

/// A SwinIR without a tail.
CheckpointMaker body(std::int64_t window = 4, const std::vector<int>& depths = {2, 1}, std::int64_t channels = 3) {
    auto maker = test::transformerFrame("patch_embed.norm", static_cast<int>(depths.size()), channels);
    for (std::size_t l = 0; l < depths.size(); ++l) {
        for (int d = 0; d < depths[l]; ++d) {
            const auto prefix = fmt::format("layers.{}.residual_group.blocks.{}.", l, d);
            test::addNorm(maker, prefix + "norm1", smallEmbedding);
            test::addNorm(maker, prefix + "norm2", smallEmbedding);
            test::addLinear(maker, prefix + "attn.qkv", smallEmbedding, 3 * smallEmbedding);
            test::addLinear(maker, prefix + "attn.proj", smallEmbedding, smallEmbedding);
            maker.tensor(prefix + "attn.relative_position_bias_table", {(2 * window - 1) * (2 * window - 1), heads});
            test::addLinear(maker, prefix + "mlp.fc1", smallEmbedding, 2 * smallEmbedding);
            test::addLinear(maker, prefix + "mlp.fc2", 2 * smallEmbedding, smallEmbedding);
        }
    }
    return maker;
}

/// A convolution from the features to 3·4² channels, in terms of which all tails are written: its output c·16 + i·4 + j
/// is what the direct tail of scale 4 puts at row i and column j of the pixel of channel c.
struct Kernel {
    torch::Tensor weight;
    torch::Tensor bias;

    [[nodiscard]] Kernel rows(const std::vector<std::int64_t>& numbers) const {
        const auto index = torch::tensor(numbers);
        return {weight.index_select(0, index), bias.index_select(0, index)};
    }
};

Kernel kernel() {
    const auto numbers = torch::arange(48 * smallEmbedding * 9, torch::kFloat64);
    return {(0.1 * torch::sin(0.37 * numbers + 0.003 * numbers.square())).reshape({48, smallEmbedding, 3, 3}),
            0.1 * torch::cos(torch::arange(48, torch::kFloat64))};
}

void addKernel(CheckpointMaker& maker, const std::string& prefix, const Kernel& added) {
    test::addTensor(maker, prefix + ".weight", added.weight);
    test::addTensor(maker, prefix + ".bias", added.bias);
}

/// The rows of scale `scale`: what the direct tail of scale 4 computes for the first rows and columns of each pixel.
std::vector<std::int64_t> rowsOfScale(std::int64_t scale) {
    std::vector<std::int64_t> rows;
    for (std::int64_t c = 0; c < 3; ++c) {
        for (std::int64_t i = 0; i < scale; ++i) {
            for (std::int64_t j = 0; j < scale; ++j) {
                rows.push_back(16 * c + 4 * i + j);
            }
        }
    }
    return rows;
}

/// From the SR of scale 4, the first `scale` rows and columns of each LR pixel.
torch::Tensor firstOfEachPixel(const torch::Tensor& sr, std::int64_t scale) {
    const auto height = sr.size(2) / 4;
    const auto width = sr.size(3) / 4;
    return sr.reshape({1, 3, height, 4, width, 4})
        .narrow(3, 0, scale)
        .narrow(5, 0, scale)
        .reshape({1, 3, height * scale, width * scale});
}

Checkpoint direct(std::int64_t scale) {
    auto maker = body();
    addKernel(maker, "upsample.0", kernel().rows(rowsOfScale(scale)));
    return maker.checkpoint();
}

/// Acts on twice as many channels, x and −x after a leaky ReLU, as `plain` does on x: the difference of the two is
/// (1 + slope)·x.
Kernel afterLeakyRelu(const Kernel& plain, double slope) {
    return {torch::cat({plain.weight, -plain.weight}, 1) / (1.0 + slope), plain.bias};
}

Kernel withNegative(const Kernel& plain) {
    return {torch::cat({plain.weight, -plain.weight}), torch::cat({plain.bias, -plain.bias})};
}

/// A 3x3 convolution that passes channel i of the input to channel i of the output.
Kernel identity(std::int64_t in, std::int64_t out) {
    auto weight = torch::zeros({out, in, 3, 3}, torch::kFloat64);
    for (std::int64_t i = 0; i < std::min(in, out); ++i) {
        weight[i][i][1][1] = 1.0;
    }
    return {weight, torch::zeros({out}, torch::kFloat64)};
}

Kernel padded(const Kernel& plain, std::int64_t out) {
    const auto missing = out - plain.bias.size(0);
    return {torch::constant_pad_nd(plain.weight, {0, 0, 0, 0, 0, 0, 0, missing}),
            torch::constant_pad_nd(plain.bias, {0, missing})};
}

/// Computes what direct(scale) does.
Checkpoint shuffle(std::int64_t scale) {
    constexpr std::int64_t features = 2 * smallEmbedding;
    auto maker = body();
    addKernel(maker, "conv_before_upsample.0", withNegative(identity(smallEmbedding, smallEmbedding)));
    auto rows = rowsOfScale(scale);
    std::int64_t factor = scale;
    if (scale == 4) {
        factor = 2;
        rows.clear();
        // Channel 4·c + 2·i2 + j2 of the first step becomes row i2 and column j2 of the second.
        for (std::int64_t channel = 0; channel < 12; ++channel) {
            for (std::int64_t first = 0; first < 4; ++first) {
                const auto i = 2 * (first / 2) + channel % 4 / 2;
                const auto j = 2 * (first % 2) + channel % 2;
                rows.push_back(16 * (channel / 4) + 4 * i + j);
            }
        }
        addKernel(maker, "upsample.2", identity(features, 4 * features));
    }
    addKernel(maker, "upsample.0", padded(afterLeakyRelu(kernel().rows(rows), 0.01), features * factor * factor));
    addKernel(maker, "conv_last", identity(features, 3));
    return maker.checkpoint();
}

/// Computes direct(1), enlarged by repetition.
Checkpoint nearest(int enlargements) {
    auto maker = body();
    addKernel(maker, "conv_before_upsample.0", withNegative(kernel().rows(rowsOfScale(1))));
    double slope = 0.01;
    for (int i = 1; i <= enlargements; ++i) {
        addKernel(maker, fmt::format("conv_up{}", i), withNegative(afterLeakyRelu(identity(3, 3), slope)));
        slope = 0.2;
    }
    addKernel(maker, "conv_hr", withNegative(afterLeakyRelu(identity(3, 3), slope)));
    addKernel(maker, "conv_last", afterLeakyRelu(identity(3, 3), slope));
    return maker.checkpoint();
}

torch::Tensor srOfScale4(const torch::Tensor& lr) {
    return recogniseInFloat64(direct(4))(lr);
}

void expectTail(const RecognisedNetwork& network, const std::string& name, int scale) {
    EXPECT_EQ(network.card.architecture, "SwinIR");
    EXPECT_EQ(test::hyperparameter(network, "upsampler"), name);
    EXPECT_EQ(network.card.scales, std::vector{scale});
}

constexpr double float32Weights = 1e-6;

TEST(SwinIr, DirectTailsOfAllScales) {
    const auto lr = picture(8, 12);
    const auto sr = srOfScale4(lr);
    for (const int scale : {2, 3}) {
        const auto network = recogniseInFloat64(direct(scale));
        expectTail(network, "pixelshuffledirect", scale);
        EXPECT_LT(distance(network(lr), firstOfEachPixel(sr, scale)), 1e-12) << scale;
    }
}

TEST(SwinIr, ShuffleTailsOfAllScales) {
    const auto lr = picture(8, 12);
    const auto sr = srOfScale4(lr);
    for (const int scale : {2, 3, 4}) {
        const auto network = recogniseInFloat64(shuffle(scale));
        expectTail(network, "pixelshuffle", scale);
        EXPECT_LT(distance(network(lr), firstOfEachPixel(sr, scale)), float32Weights) << scale;
        EXPECT_LT(test::regionError(network), 1e-12);
    }
}

TEST(SwinIr, NearestTailsOfAllScales) {
    const auto lr = picture(8, 12);
    const auto onLrGrid = firstOfEachPixel(srOfScale4(lr), 1);
    for (const int enlargements : {1, 2}) {
        const int scale = 1 << enlargements;
        const auto network = recogniseInFloat64(nearest(enlargements));
        expectTail(network, "nearest+conv", scale);
        const auto expected = onLrGrid.repeat_interleave(scale, 2).repeat_interleave(scale, 3);
        EXPECT_LT(distance(network(lr), expected), float32Weights) << scale;
        EXPECT_LT(test::regionError(network), 1e-12);
    }
}

Checkpoint restoring(std::int64_t window = 4) {
    auto maker = body(window);
    addKernel(maker, "conv_last", kernel().rows(rowsOfScale(1)));
    return maker.checkpoint();
}

torch::Tensor mean() {
    return torch::tensor({0.4488, 0.4371, 0.4040}, torch::kFloat64).reshape({1, 3, 1, 1});
}

TEST(SwinIr, WithoutATailTheFeaturesAreAResidual) {
    const auto lr = picture(8, 12);
    const auto network = recogniseInFloat64(restoring());
    expectTail(network, "none", 1);
    EXPECT_LT(distance(network(lr), lr + firstOfEachPixel(srOfScale4(lr), 1) - mean()), float32Weights);
    EXPECT_LT(test::regionError(network), 1e-12);
}

TEST(SwinIr, TheInnerRangeScalesWhatTheLayersSee) {
    // With y = mean + 2·(x − mean), layers that count from 0 to 2 see of x what those that count to 1 see of y.
    const auto x = picture(8, 12);
    ModelSettings settings;
    settings.assumptions["img_range"] = {2.0};
    const auto doubled = recogniseInFloat64(restoring(), settings);
    const auto plain = recogniseInFloat64(restoring());
    const auto y = mean() + 2.0 * (x - mean());
    EXPECT_LT(distance(2.0 * (doubled(x) - mean()), plain(y) - mean()), float32Weights);
    EXPECT_EQ(plain.card.assumed, std::vector<std::string>{"img_range 1"});
    settings.assumptions["img_range"] = {0.0};
    test::expectError(ErrorCode::InvalidArgument, {"img_range=0", "above zero"},
                      [&] { static_cast<void>(recogniseInFloat64(restoring(), settings)); });
}

TEST(SwinIr, NetworksAgainstJpegArtefactsCountTo255) {
    const auto network = recogniseInFloat64(restoring(7));
    EXPECT_EQ(test::hyperparameter(network, "window"), "7");
    EXPECT_EQ(network.card.sizeMultiple, 7);
    EXPECT_EQ(network.card.assumed, std::vector<std::string>{"img_range 255"});
    EXPECT_EQ(network.range, 1.0);
}

TEST(SwinIr, NetworksOfOneChannelHaveNoMean) {
    auto maker = body(7, {2}, 1);
    addKernel(maker, "conv_last", {torch::zeros({1, smallEmbedding, 3, 3}), torch::zeros({1})});
    const auto network = recogniseInFloat64(maker.checkpoint());
    EXPECT_EQ(network.card.colour, ModelCard::Colour::Each) << "it restores";
    EXPECT_TRUE(network.card.mean.empty());
    const auto lr = picture(9, 15, 1);
    EXPECT_LT(distance(network(lr), lr), 1e-12);  // the residual is zero
}

TEST(SwinIr, DepthsAndWindowComeFromTheFile) {
    auto maker = body(5, {3, 1, 2});
    test::addShuffleTail(maker, 2);
    const auto network = recogniseInFloat64(maker.checkpoint());
    EXPECT_EQ(test::hyperparameter(network, "depths"), "3 1 2");
    EXPECT_EQ(test::hyperparameter(network, "heads"), "2");
    EXPECT_EQ(test::hyperparameter(network, "window"), "5");
    EXPECT_EQ(test::hyperparameter(network, "residual connection"), "1conv");
    EXPECT_EQ(network.card.sizeMultiple, 5);
    EXPECT_EQ(network(picture(7, 11)).sizes(), torch::IntArrayRef({1, 3, 14, 22}));
    test::expectIndependentImages(network, 10, 15);
}

TEST(SwinIr, NothingLiesBeyondTheStatedReach) {
    struct Case {
        int window;
        std::vector<int> depths;
    };
    for (const auto& [window, depths] : {Case{4, {2, 2}}, Case{4, {4}}, Case{5, {3, 1, 2}}, Case{8, {2, 2}}}) {
        auto maker = body(window, depths);
        test::addShuffleTail(maker, 2);
        const auto network = recogniseInFloat64(maker.checkpoint());
        ASSERT_TRUE(network.card.receptiveField.radius);
        const std::int64_t stated = *network.card.receptiveField.radius;
        const auto side = ((2 * stated + 3) / window + 2) * window;
        auto lr = picture(side, side).requires_grad_(true);
        const auto sr = network.network->forward(lr);
        std::int64_t furthest = 0;
        for (int offset = 0; offset < window; ++offset) {  // a pixel's place in its window decides how far it sees
            const auto place = stated + 1 + offset;
            const auto pixels = sr.narrow(2, 2 * place, 2).narrow(3, 2 * place, 2).sum();
            const auto gradient = torch::autograd::grad({pixels}, {lr}, {}, /*retain_graph=*/true).front();
            const auto touched = gradient.abs().amax({0, 1}).nonzero() - place;
            furthest = std::max(furthest, touched.abs().max().item<std::int64_t>());
        }
        EXPECT_LE(furthest, stated) << window;
        EXPECT_GE(furthest, stated - window) << "the bound says nothing; window " << window;
    }
}

TEST(SwinIr, WindowsDoNotMatterWhereAttentionIsNotUsed) {
    const auto withoutAttention = [](std::int64_t window) {
        auto maker = body(window);
        addKernel(maker, "upsample.0", kernel());
        return recogniseInFloat64(test::changed(
            maker.checkpoint(), [](const auto& key) { return key.find("attn.proj") != std::string::npos; },
            [](float) { return 0.0F; }));
    };
    const auto lr = picture(24, 24);
    EXPECT_LT(distance(withoutAttention(4)(lr), withoutAttention(8)(lr)), 1e-12);
}

TEST(SwinIr, BuffersMayBeThereOrNot) {
    auto maker = body();
    addKernel(maker, "upsample.0", kernel());
    maker.tensor("layers.0.residual_group.blocks.0.attn.relative_position_index", {16, 16})
        .tensor("layers.0.residual_group.blocks.1.attn_mask", {9, 16, 16});  // of some training size
    const auto lr = picture(8, 12);
    EXPECT_EQ(distance(recogniseInFloat64(maker.checkpoint())(lr), srOfScale4(lr)), 0.0);
}

TEST(SwinIr, MisshapenFilesAreRefused) {
    const auto withTable = [](const std::vector<std::int64_t>& shape) {
        auto checkpoint = direct(4);
        for (auto& [key, data] : checkpoint.tensors) {
            if (key.ends_with("relative_position_bias_table")) {
                data.shape = shape;
                data.values.assign(static_cast<std::size_t>(shape[0] * shape[1]), 0.0F);
            }
        }
        return checkpoint;
    };
    EXPECT_TRUE(test::isRecognised(withTable({49, 4})));
    EXPECT_FALSE(test::isRecognised(withTable({49, 3})));     // heads that do not divide the features
    EXPECT_FALSE(test::isRecognised(withTable({50, 2})));     // of no square window
    EXPECT_FALSE(test::isRecognised(withTable({0, 2})));      // of none
    EXPECT_FALSE(test::isRecognised(withTable({40401, 2})));  // 101x101 pixels are no window
}

}  // namespace
}  // namespace lamscope::swinir_test
