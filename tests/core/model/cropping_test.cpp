// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/cropping.h"

#include <stdexcept>

#include <gtest/gtest.h>

#include "model/probe/cropping_probe.h"
#include "runtime/torch_headers.h"
#include "support/analytic_networks.h"

namespace lamscope::cropping_test {
namespace {

constexpr int cellSide = 8;
constexpr int enlargement = 2;

/// Every SR pixel is its parent times the mean of its cell of 8x8 LR pixels: looks no further than 7 pixels.
torch::Tensor cells(const torch::Tensor& lr) {
    const auto means = at::adaptive_avg_pool2d(lr, {lr.size(2) / cellSide, lr.size(3) / cellSide});
    return test::enlargeByCopying(lr * at::upsample_nearest2d(means, {lr.size(2), lr.size(3)}), enlargement);
}

/// As near as a network looks that gates its features by a reduced picture of them: by a share of the image's side.
torch::Tensor resizing(const torch::Tensor& lr) {
    const auto reduced = at::avg_pool2d(lr, {3, 3}, {3, 3});
    const auto back = at::upsample_bilinear2d(reduced, {lr.size(2), lr.size(3)}, false);
    return test::enlargeByCopying(lr * back, enlargement);
}

torch::Tensor wholeMean(const torch::Tensor& lr) {
    return test::enlargeByCopying(lr + lr.mean({1, 2, 3}, true), enlargement);
}

ModelCard claiming(int radius, std::optional<int> multiple) {
    ModelCard card;
    card.name = "claiming";
    card.scale = enlargement;
    card.receptiveField.radius = radius;
    card.cropping.multiple = multiple;
    return card;
}

SrModel modelOf(torch::Tensor (*formula)(const torch::Tensor&), ModelCard card) {
    return SrModel(std::make_unique<SrModel::Implementation>(std::make_unique<test::FormulaNetwork>(formula),
                                                             std::move(card), torch::kCPU));
}

TEST(CroppedAround, StartsAndEndsAtMultiplesOrAtTheImagesEnd) {
    EXPECT_EQ(croppedAround(claiming(7, 1), {30, 20, 4, 2}, 64, 80), (Rect{23, 13, 18, 16}));
    EXPECT_EQ(croppedAround(claiming(7, 1), {30, 20, 4, 2}, 64, 80, 3), (Rect{20, 10, 24, 22}));
    EXPECT_EQ(croppedAround(claiming(7, 8), {30, 20, 4, 2}, 64, 80), (Rect{16, 8, 32, 24}));
    EXPECT_EQ(croppedAround(claiming(7, 8), {30, 20, 4, 2}, 64, 81), std::nullopt);
    auto padded = claiming(7, 8);
    padded.sizeMultiple = 16;  // what the network pads to
    EXPECT_EQ(croppedAround(padded, {30, 60, 4, 2}, 61, 69), (Rect{16, 48, 32, 21}));
}

TEST(CroppedAround, OnlyWhereTheReachIsKnownAndCroppingCommutes) {
    EXPECT_TRUE(mayBeCropped(claiming(7, 1), 20, 20));
    EXPECT_FALSE(mayBeCropped(claiming(7, std::nullopt), 20, 20));
    auto card = claiming(7, 1);
    card.receptiveField.radius.reset();
    EXPECT_FALSE(mayBeCropped(card, 20, 20));
    card = claiming(7, 1);
    card.receptiveField.global = true;
    EXPECT_FALSE(mayBeCropped(card, 20, 20));
    card = claiming(7, 1);
    card.fixedSize = {20, 20};
    EXPECT_FALSE(mayBeCropped(card, 20, 20));
}

TEST(CroppingProbe, KeepsWhatIsTrue) {
    const test::FormulaNetwork network(cells);
    EXPECT_EQ(probeCropping(network, claiming(7, cellSide)).multiple, cellSide);
    const auto bicubic = makeBicubicNetwork(enlargement);
    const auto kept = probeCropping(*bicubic, claiming(2, 1));
    EXPECT_EQ(kept.multiple, 1);
    EXPECT_FALSE(kept.evidence.empty());
}

TEST(CroppingProbe, RefusesWhatIsNot) {
    EXPECT_EQ(probeCropping(test::FormulaNetwork(cells), claiming(7, 1)).multiple, std::nullopt);
    EXPECT_EQ(probeCropping(test::FormulaNetwork(resizing), claiming(6, 1)).multiple, std::nullopt);
    EXPECT_EQ(probeCropping(test::FormulaNetwork(wholeMean), claiming(1, 1)).multiple, std::nullopt);
    EXPECT_EQ(probeCropping(*makeBicubicNetwork(enlargement), claiming(0, 1)).multiple, std::nullopt);  // it reaches 2
    const test::FormulaNetwork broken([](const torch::Tensor&) -> torch::Tensor { throw std::runtime_error("no"); });
    EXPECT_EQ(probeCropping(broken, claiming(1, 1)).multiple, std::nullopt);
}

TEST(CroppingProbe, ClaimsNothingByItself) {
    const test::FormulaNetwork network(cells);
    EXPECT_EQ(probeCropping(network, claiming(7, std::nullopt)).multiple, std::nullopt);
    auto card = claiming(7, cellSide);
    card.receptiveField.radius.reset();
    EXPECT_EQ(probeCropping(network, card).multiple, std::nullopt);
}

class LargeImage : public testing::Test {
protected:
    static constexpr int width = 1528;
    static constexpr int height = 776;  // more than a million pixels, whole cells

    static void expectWhole(const SrModel& model) {
        const auto lr = test::testImage(width, height);
        const auto& inside = model.implementation();
        const at::NoGradGuard noGradients;
        const auto whole = inside.forward(inside.toInput(lr));
        const auto sr = model.upscale(lr);
        ASSERT_TRUE(sr);
        ASSERT_EQ(sr->width(), width * enlargement);
        const auto tiled = inside.toInput(*sr);
        EXPECT_LT((tiled - whole).abs().max().item<double>(), 1e-6);
    }
};

TEST_F(LargeImage, TilesGiveTheSrOfTheWhole) {
    expectWhole(modelOf(cells, claiming(7, cellSide)));
}

TEST_F(LargeImage, IsNotTiledWhereThatWouldChangeTheSr) {
    expectWhole(modelOf(wholeMean, claiming(0, std::nullopt)));
    expectWhole(modelOf(resizing, claiming(6, std::nullopt)));
}

}  // namespace
}  // namespace lamscope::cropping_test
