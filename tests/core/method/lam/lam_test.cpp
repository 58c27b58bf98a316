// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/lam.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "base/error.h"
#include "method/lam/detector.h"
#include "method/lam/patch_scan.h"
#include "runtime/torch_headers.h"
#include "support/analytic_networks.h"

namespace lamscope {
namespace {

using test::bicubicModel;
using test::enlargeByCopying;
using test::makeModel;
using test::testImage;

LamOptions optionsAt(int x, int y, int size) {
    LamOptions options;
    options.patch = {x, y, size};
    options.context = 0;
    return options;
}

LamResult compute(const SrModel& model, const Image& lr, const LamOptions& options) {
    auto result = computeLam(model, lr, nullptr, options);
    EXPECT_TRUE(result.has_value());
    return std::move(*result);
}

TEST(Lam, LinearNetworkIsCompleteForAnyNumberOfNodes) {
    const auto model = bicubicModel(2);
    auto options = optionsAt(10, 12, 8);
    options.detector = DetectorKind::Intensity;
    for (const auto path : {PathKind::Blur, PathKind::Black, PathKind::BlurredLinear}) {
        for (const int nodes : {1, 2, 9, 10}) {
            options.path = path;
            options.nodes = nodes;
            const auto result = compute(model, testImage(20, 24), options);
            ASSERT_TRUE(result.completenessError.has_value());
            EXPECT_NEAR(*result.completenessError, 0.0, 2e-5) << toString(path) << " " << nodes;
            EXPECT_EQ(result.nodes, nodes);
        }
    }
}

TEST(Lam, BlackPathOfALinearNetworkIsGradientTimesInput) {
    const auto model = bicubicModel(2);
    const auto lr = testImage(18, 16);
    auto options = optionsAt(8, 10, 8);
    options.path = PathKind::Black;
    options.nodes = 3;
    const auto result = compute(model, lr, options);

    auto input = model.implementation().toInput(lr).requires_grad_(true);
    detect(DetectorKind::Gradient, model.implementation().forward(input), options.patch).sum().backward();
    const auto expected = (input.grad() * input.detach()).contiguous();
    for (std::size_t i = 0; i < result.attribution.size(); ++i) {
        EXPECT_NEAR(result.attribution[i], expected.data_ptr<float>()[i], 2e-5) << i;
    }
}

TEST(Lam, AttributesExactlyZeroWhereTheNetworkDoesNotLook) {
    constexpr int blind = 7;  // columns that the network ignores
    const auto model = makeModel(
        [](const torch::Tensor& lr) {
            auto mask = torch::ones_like(lr);
            mask.narrow(3, 0, blind).zero_();
            return enlargeByCopying(lr * mask, 2);
        },
        2);
    const auto result = compute(model, testImage(16, 12), optionsAt(10, 6, 12));
    for (std::size_t i = 0; i < result.map.size(); ++i) {
        const auto x = i % 16;
        const auto y = i / 16;
        // The detector reaches from column 5 to 11, of which the network sees those from 7 on, and from row 3 to 9.
        const bool read = x >= blind && x <= 11 && y >= 3 && y <= 9;
        if (!read) {
            EXPECT_EQ(result.map[i], 0.0) << x << "," << y;
        }
    }
    EXPECT_EQ(*std::ranges::max_element(result.map), 1.0);
}

TEST(Lam, ValueRangeDoesNotChangeTheResult) {
    const auto lr = testImage(16, 16);
    const auto options = optionsAt(8, 8, 8);
    // The same function, once in [0, 1] and once in [0, 255].
    const auto narrow = makeModel([](const torch::Tensor& x) { return enlargeByCopying(x.square(), 2); }, 2);
    const auto wide =
        makeModel([](const torch::Tensor& x) { return enlargeByCopying(x.square() / 255.0, 2); }, 2, 255.0);
    const auto first = compute(narrow, lr, options);
    const auto second = compute(wide, lr, options);
    EXPECT_NEAR(first.detectorImage, second.detectorImage, 1e-4);
    EXPECT_NEAR(*first.diffusionIndex, *second.diffusionIndex, 1e-3);
}

TEST(Lam, CompletenessErrorIsTheRecomputedOne) {
    const auto model = makeModel([](const torch::Tensor& x) { return enlargeByCopying(at::tanh(3.0 * x), 2); }, 2);
    auto options = optionsAt(8, 8, 8);
    options.nodes = 27;
    const auto result = compute(model, testImage(16, 16), options);
    double sum = 0.0;
    for (const float value : result.attribution) {
        sum += static_cast<double>(value);
    }
    const double expected = result.detectorImage - result.detectorBaseline;
    EXPECT_NEAR(*result.completenessError, (sum - expected) / expected, 1e-6);
    EXPECT_NEAR(result.curves.cumulative.back(), result.attributionSum, 1e-9);
    EXPECT_EQ(result.curves.alpha.size(), 27U);
    EXPECT_LT(std::abs(*result.completenessError), 0.02);
}

TEST(Lam, EstimatedErrorComesFromTheLevelBefore) {
    const auto model = makeModel([](const torch::Tensor& x) { return enlargeByCopying(at::tanh(3.0 * x), 2); }, 2);
    auto options = optionsAt(8, 8, 8);
    options.nodes = 3;
    const auto coarse = compute(model, testImage(16, 16), options);
    EXPECT_FALSE(coarse.estimatedMapError.has_value());
    options.nodes = 9;
    const auto fine = compute(model, testImage(16, 16), options);
    double difference = 0.0;
    double sum = 0.0;
    for (std::size_t i = 0; i < fine.map.size(); ++i) {
        difference += std::abs(fine.map[i] - coarse.map[i]);
        sum += fine.map[i];
    }
    ASSERT_TRUE(fine.estimatedMapError.has_value());
    EXPECT_NEAR(*fine.estimatedMapError, 0.5 * difference / sum, 1e-9);
}

TEST(Lam, RefinesUntilTheToleranceIsReached) {
    const auto model = makeModel([](const torch::Tensor& x) { return enlargeByCopying(at::tanh(3.0 * x), 2); }, 2);
    auto options = optionsAt(8, 8, 8);
    options.tolerance = 1e-12;
    EXPECT_EQ(compute(model, testImage(16, 16), options).nodes, 81);
    options.tolerance = 10.0;
    EXPECT_EQ(compute(model, testImage(16, 16), options).nodes, 9);
}

TEST(Lam, EachLevelIsReportedWhole) {
    const auto model = bicubicModel(2);
    auto options = optionsAt(8, 8, 8);
    options.rule = IntegrationRule::Midpoints;
    options.nodes = 27;
    std::vector<int> levels;
    std::int64_t done = 0;
    const auto result = computeLam(model, testImage(16, 16), nullptr, options, {}, [&](const LamProgress& state) {
        EXPECT_EQ(state.nodesPlanned, 27);
        EXPECT_GE(state.nodesDone, done);
        done = state.nodesDone;
        if (state.level) {
            levels.push_back(state.level->nodes);
            EXPECT_EQ(state.level->map.size(), 256U);
            EXPECT_TRUE(state.level->diffusionIndex.has_value());
        }
    });
    EXPECT_EQ(levels, (std::vector<int>{3, 9, 27}));
    EXPECT_EQ(done, 27);
}

TEST(Lam, CellsOfALevelAreNoneOfTheNext) {
    const auto model = bicubicModel(2);
    auto options = optionsAt(8, 8, 8);
    options.nodes = 16;
    options.tolerance = 1e-12;
    std::vector<int> levels;
    std::int64_t done = 0;
    const auto result = computeLam(model, testImage(16, 16), nullptr, options, {}, [&](const LamProgress& state) {
        EXPECT_EQ(state.nodesPlanned, 3 + 7 + 16);
        done = state.nodesDone;
        if (state.level) {
            levels.push_back(state.level->nodes);
            EXPECT_EQ(state.level->rule, IntegrationRule::Secant);
            EXPECT_TRUE(isExactSum(*state.level));
        }
    });
    EXPECT_EQ(levels, (std::vector<int>{3, 7, 16}));
    EXPECT_EQ(done, 3 + 7 + 16);
}

TEST(Lam, SumIsExactOnlyByTheSecantRuleAndOnlyWhereThereIsADifference) {
    LamResult result;
    result.detectorImage = 5.0;
    result.detectorBaseline = 1.0;
    result.attributionSum = 4.00001;
    result.completenessError = 2.5e-6;
    EXPECT_FALSE(isExactSum(result));
    result.rule = IntegrationRule::Secant;
    EXPECT_TRUE(isExactSum(result));
    result.attributionSum = 4.0001;
    result.completenessError = 2.5e-5;
    EXPECT_FALSE(isExactSum(result));
    result.detectorBaseline = 5.0;
    result.attributionSum = 0.0;
    result.completenessError.reset();
    EXPECT_FALSE(isExactSum(result)) << "there is nothing to add up to";
    result.detectorImage = 5.00001;
    result.completenessError = -1.0;
    EXPECT_FALSE(isExactSum(result)) << "all of a tiny difference is missing";
}

TEST(Lam, StopDuringTheSecondLevelReturnsNothing) {
    const auto model = bicubicModel(2);
    auto options = optionsAt(8, 8, 8);
    options.rule = IntegrationRule::Midpoints;
    options.nodes = 27;
    std::stop_source source;
    int levels = 0;
    const auto result = computeLam(model, testImage(80, 80), nullptr, options, source.get_token(),
                                   [&](const LamProgress& state) {
                                       levels += state.level ? 1 : 0;
                                       if (state.nodesDone == 4) {
                                           source.request_stop();
                                       }
                                   },
                                   {.batch = 1});
    EXPECT_FALSE(result.has_value());
    EXPECT_EQ(levels, 1);
}

TEST(Lam, FlatImageHasNoMapAndSaysSo) {
    const auto model = bicubicModel(2);
    Image flat(16, 16);
    std::ranges::fill(flat.values(), 0.25F);
    const auto result = compute(model, flat, optionsAt(8, 8, 8));
    EXPECT_FALSE(result.diffusionIndex.has_value());
    EXPECT_FALSE(result.warnings.empty());
    EXPECT_EQ(result.nonfiniteGradients, 0);
    EXPECT_EQ(*std::ranges::max_element(result.map), 0.0);
}

/// A network with global pooling: a flat pixel anywhere must not poison the gradient.
TEST(Lam, FlatPixelsOutsideThePatchLeaveTheGradientFinite) {
    const auto model = makeModel(
        [](const torch::Tensor& x) {
            return enlargeByCopying(x * x.mean({2, 3}, true), 2);
        },
        2);
    auto lr = testImage(20, 20);
    for (int c = 0; c < 3; ++c) {
        for (int y = 0; y < 6; ++y) {
            for (int x = 0; x < 6; ++x) {
                lr.at(c, y, x) = 0.5F;
            }
        }
    }
    auto options = optionsAt(20, 20, 8);
    options.path = PathKind::Black;
    const auto result = compute(model, lr, options);
    EXPECT_EQ(result.nonfiniteGradients, 0);
    EXPECT_GT(*std::ranges::min_element(result.map), 0.0);  // the mean makes every pixel count
}

TEST(Lam, PsnrOfAPerfectNetworkIsInfinite) {
    const auto model = makeModel([](const torch::Tensor& x) { return enlargeByCopying(x, 2); }, 2);
    Image lr = testImage(16, 16);
    for (float& value : lr.values()) {
        value = std::round(value * 255.0F) / 255.0F;
    }
    const auto hr = *model.upscale(lr);
    const auto result = computeLam(model, lr, &hr, optionsAt(4, 4, 8));
    EXPECT_TRUE(std::isinf(*result->psnr));
    EXPECT_TRUE(std::isinf(*result->psnrPatch));
    const Image wrong(20, 20);
    EXPECT_THROW(static_cast<void>(computeLam(model, lr, &wrong, optionsAt(4, 4, 8))), Error);
}

TEST(PatchScan, GivesEachMapOnceAsSoonAsItIsComplete) {
    const auto model = bicubicModel(4);
    const auto lr = testImage(40, 32);
    LamOptions options;
    options.context = 16;
    const auto plan = makePlan(options);
    const std::vector<Patch> patches{{8, 8, 16}, {60, 8, 16}, {100, 70, 16}};
    const auto placed = placePatches(model.card(), lr, nullptr, plan, patches);
    const auto expected = *computeLams(model, lr, nullptr, plan, patches);
    PatchScan scan(model, lr, nullptr, plan, placed);
    std::size_t taken = 0;
    while (!scan.finished()) {
        ASSERT_TRUE(scan.next());
        const auto complete = scan.takeComplete();
        EXPECT_LE(complete.size(), 1U);  // they have contexts of their own
        for (const auto& [patch, map] : complete) {
            EXPECT_EQ(map.patch, patches[patch]);
            EXPECT_EQ(map.map, expected[patch].map);
            ++taken;
        }
    }
    EXPECT_EQ(taken, patches.size());
    EXPECT_TRUE(scan.takeComplete().empty());
}

TEST(Context, IsCentredOnThePatchAndKeptInside) {
    EXPECT_EQ(contextAround({120, 120, 16}, 4, 200, 200, 64), (Rect{0, 0, 64, 64}));
    EXPECT_EQ(contextAround({400, 200, 16}, 4, 200, 200, 64), (Rect{70, 20, 64, 64}));
    EXPECT_EQ(contextAround({780, 780, 16}, 4, 200, 200, 64), (Rect{136, 136, 64, 64}));
    EXPECT_EQ(contextAround({0, 0, 16}, 4, 40, 200, 64), (Rect{0, 0, 40, 64}));
    EXPECT_EQ(contextAround({3, 5, 16}, 4, 40, 50, 0), (Rect{0, 0, 40, 50}));
    // (x + l/2)/s - N/2 = (333 + 8)/4 - 32 = 53.25
    EXPECT_EQ(contextAround({333, 333, 16}, 4, 200, 200, 64).x, 53);
}

TEST(Context, SeesNothingElse) {
    const auto model = bicubicModel(2);
    const auto lr = testImage(60, 50);
    auto options = optionsAt(60, 40, 8);
    options.context = 20;
    const auto result = compute(model, lr, options);
    EXPECT_EQ(result.context, (Rect{22, 12, 20, 20}));
    EXPECT_EQ(result.map.size(), 400U);
    auto cropped = options;
    cropped.patch = {60 - 44, 40 - 24, 8};
    cropped.context = 0;
    const auto alone = compute(model, lr.cropped(result.context), cropped);
    EXPECT_EQ(result.attribution, alone.attribution);
    EXPECT_EQ(result.detectorImage, alone.detectorImage);
}

TEST(CheckPatch, RefusesPlacesWhereTheDetectorWouldReadBeyondTheImage) {
    // SR 40x40: with the gradient's extra pixel, 16 pixels fit at 0…23.
    EXPECT_NO_THROW(checkPatch({23, 23, 16}, DetectorKind::Gradient, 2, 20, 20, 0));
    EXPECT_THROW(checkPatch({24, 0, 16}, DetectorKind::Gradient, 2, 20, 20, 0), Error);
    EXPECT_THROW(checkPatch({0, 24, 16}, DetectorKind::Gradient, 2, 20, 20, 0), Error);
    EXPECT_NO_THROW(checkPatch({24, 24, 16}, DetectorKind::Intensity, 2, 20, 20, 0));
    EXPECT_THROW(checkPatch({3, 8, 16}, DetectorKind::Gabor, 2, 20, 20, 0), Error);
    EXPECT_THROW(checkPatch({0, 0, 40}, DetectorKind::Gradient, 2, 20, 20, 0), Error);
    EXPECT_THROW(checkPatch({2147483640, 0, 16}, DetectorKind::Gradient, 2, 20, 20, 0), Error);
    EXPECT_THROW(checkPatch({10, 10, 16}, DetectorKind::Gradient, 2, 20, 20, 8), Error);  // context 16 SR pixels
    EXPECT_NO_THROW(checkPatch({10, 10, 16}, DetectorKind::Gradient, 2, 20, 20, 10));
}

TEST(Detector, GradientOfARampIsItsSlopePerPixel) {
    auto ramp = torch::arange(12, torch::kFloat64).view({1, 1, 1, 12}).expand({2, 3, 12, 12}) * 3.0
                + torch::arange(12, torch::kFloat64).view({1, 1, 12, 1}) * 4.0;
    const auto value = detect(DetectorKind::Gradient, ramp, {2, 3, 4});
    EXPECT_EQ(value.size(0), 2);
    EXPECT_NEAR(value[1].item<double>(), 3.0 * 16.0 * 5.0, 1e-9);
    EXPECT_NEAR(detect(DetectorKind::Intensity, torch::ones({1, 3, 8, 8}), {0, 0, 4}).item<double>(), 48.0, 1e-6);
    EXPECT_NEAR(detect(DetectorKind::Gabor, torch::ones({1, 3, 20, 20}), {6, 6, 4}).item<double>(), 0.0, 1e-4);
}

}  // namespace
}  // namespace lamscope
