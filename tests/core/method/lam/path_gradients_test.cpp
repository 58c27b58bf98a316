// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/path_gradients.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/error.h"
#include "method/lam/path_image.h"
#include "runtime/torch_headers.h"
#include "support/analytic_networks.h"

namespace lamscope {
namespace {

using test::enlargeByCopying;
using test::makeModel;
using test::testImage;

constexpr int enlargement = 2;

LamOptions optionsAt(int x, int y, int size, int context) {
    LamOptions options;
    options.patch = {x, y, size};
    options.context = context;
    options.detector = DetectorKind::Intensity;
    return options;
}

std::vector<PathGradient> compute(const SrModel& model, const Image& lr, const LamOptions& options,
                                  const std::vector<double>& alpha) {
    auto gradients = computePathGradients(model, lr, nullptr, options, alpha);
    EXPECT_TRUE(gradients.has_value());
    return std::move(*gradients);
}

// D = Σ x² over copies of LR pixels: its gradient is 2·enlargement²·γ(α) in each channel under the patch, and 0
// elsewhere.
TEST(PathGradients, OfASquareAreTwiceThePathImage) {
    const auto model =
        makeModel([](const torch::Tensor& lr) { return enlargeByCopying(lr, enlargement).square(); }, enlargement);
    const auto lr = testImage(20, 18);
    auto options = optionsAt(12, 8, 8, 12);
    const std::vector<double> alpha{0.0, 0.3, 1.0};
    for (const auto path : {PathKind::Blur, PathKind::Black, PathKind::BlurredLinear}) {
        options.path = path;
        const auto context = checkedContext(model.card(), lr, nullptr, options, options.patch);
        ASSERT_EQ(context.width, 12);
        const auto gradients = compute(model, lr, options, alpha);
        ASSERT_EQ(gradients.size(), alpha.size());
        for (std::size_t i = 0; i < alpha.size(); ++i) {
            EXPECT_EQ(gradients[i].alpha, alpha[i]);
            EXPECT_EQ(gradients[i].nonfinite, 0);
            const auto image = pathImage(lr.cropped(context), {}, options, alpha[i]);
            ASSERT_EQ(gradients[i].map.size(), 144U);
            for (int y = 0; y < context.height; ++y) {
                for (int x = 0; x < context.width; ++x) {
                    const int srX = (context.x + x) * enlargement;
                    const int srY = (context.y + y) * enlargement;
                    const bool inside = srX >= 12 && srX < 20 && srY >= 8 && srY < 16;
                    const double sum = static_cast<double>(image.at(0, y, x)) + image.at(1, y, x) + image.at(2, y, x);
                    EXPECT_NEAR(gradients[i].map[static_cast<std::size_t>(y * context.width + x)],
                                inside ? 2.0 * enlargement * enlargement * sum : 0.0, 1e-5)
                        << toString(path) << " " << alpha[i] << " " << x << " " << y;
                }
            }
        }
    }
}

// One midpoint on the path from black: its attribution is the gradient at α = ½ times the image.
TEST(PathGradients, WeighedByThePathGiveTheMap) {
    const auto model =
        makeModel([](const torch::Tensor& lr) { return enlargeByCopying(lr, enlargement).square(); }, enlargement);
    Image grey(16, 16);
    std::ranges::fill(grey.values(), 0.25F);
    auto options = optionsAt(8, 8, 8, 0);
    options.path = PathKind::Black;
    options.nodes = 1;
    const auto lam = computeLam(model, grey, nullptr, options);
    ASSERT_TRUE(lam.has_value());
    const auto gradients = compute(model, grey, options, {0.5});
    for (std::size_t i = 0; i < 256; ++i) {
        const double attribution =
            static_cast<double>(lam->attribution[i]) + lam->attribution[256 + i] + lam->attribution[512 + i];
        EXPECT_NEAR(gradients.front().map[i] * 0.25, attribution, 1e-6) << i;
    }
}

TEST(PathGradients, NonfiniteOnesAreCountedAndZero) {
    // The derivative of √x at 0 is infinite.
    const auto model =
        makeModel([](const torch::Tensor& lr) { return enlargeByCopying(lr, enlargement).sqrt(); }, enlargement);
    const auto gradients = compute(model, Image(16, 16), optionsAt(8, 8, 8, 0), {1.0});
    EXPECT_GT(gradients.front().nonfinite, 0);
    EXPECT_TRUE(std::ranges::all_of(gradients.front().map, [](double value) { return value == 0.0; }));
}

TEST(PathGradients, NoneAskedForNoneMade) {
    const auto model = test::bicubicModel(enlargement);
    EXPECT_TRUE(compute(model, testImage(16, 16), optionsAt(8, 8, 8, 0), {}).empty());
}

TEST(PathGradients, StopAndWrongPatch) {
    const auto model = test::bicubicModel(enlargement);
    std::stop_source stop;
    stop.request_stop();
    EXPECT_FALSE(
        computePathGradients(model, testImage(16, 16), nullptr, optionsAt(8, 8, 8, 0), {0.5}, stop.get_token()));
    EXPECT_THROW(
        static_cast<void>(computePathGradients(model, testImage(16, 16), nullptr, optionsAt(30, 8, 8, 0), {0.5})),
        Error);
}

}  // namespace
}  // namespace lamscope
