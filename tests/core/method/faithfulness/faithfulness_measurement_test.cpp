// SPDX-License-Identifier: GPL-3.0-or-later
// What a measurement promises beside its numbers: the same in parts, batches and windows, and what it refuses.
#include <cmath>
#include <limits>
#include <stop_token>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "method/faithfulness/faithfulness.h"
#include "support/analytic_networks.h"
#include "support/expect_error.h"
#include "support/spec_of.h"

namespace lamscope::faithfulness_measurement_test {
namespace {

using test::expectError;

constexpr int side = 12;

/// Every SR pixel depends on the whole image.
SrModel wide() {
    return test::makeModel(
        [](const torch::Tensor& x) {
            return test::enlargeByCopying(x * (1.0 + x.mean({2, 3}, true)), 2);
        },
        2);
}

FaithfulnessInput inputFor(const SrModel& model, int lrSide, const Patch& patch) {
    LamOptions options;
    options.patch = patch;
    options.nodes = 3;
    options.context = 0;
    const auto lr = test::testImage(lrSide, lrSide);
    const auto hr = test::testImage(lrSide * model.card().scale, lrSide * model.card().scale);
    const auto map = *computeLam(model, lr, &hr, options);
    return faithfulnessInput(map, options, model.card().scale);
}

FaithfulnessInput wideInput() {
    return inputFor(wide(), side, {8, 8, 6});
}

FaithfulnessOptions fewSteps() {
    FaithfulnessOptions options;
    options.points = 6;
    options.random = 2;
    options.square = 4;
    options.draws = 2;
    return options;
}

void expectSame(const FaithfulnessResult& a, const FaithfulnessResult& b, double tolerance) {
    const auto near = [tolerance](double x, double y) {
        return (std::isnan(x) && std::isnan(y)) || std::abs(x - y) <= tolerance * std::max(1.0, std::abs(x));
    };
    ASSERT_EQ(a.curves.size(), b.curves.size());
    for (std::size_t i = 0; i < a.curves.size(); ++i) {
        EXPECT_EQ(a.curves[i].pixels, b.curves[i].pixels);
        ASSERT_EQ(a.curves[i].detector.size(), b.curves[i].detector.size());
        for (std::size_t j = 0; j < a.curves[i].detector.size(); ++j) {
            EXPECT_PRED2(near, a.curves[i].detector[j], b.curves[i].detector[j]) << i << ", " << j;
            EXPECT_PRED2(near, a.curves[i].psnr[j], b.curves[i].psnr[j]) << i << ", " << j;
        }
        EXPECT_PRED2(near, a.curves[i].auc, b.curves[i].auc) << i;
        EXPECT_PRED2(near, a.curves[i].halfFraction, b.curves[i].halfFraction) << i;
    }
    ASSERT_TRUE(a.infidelity && b.infidelity);
    EXPECT_PRED2(near, a.infidelity->explained, b.infidelity->explained);
    EXPECT_PRED2(near, a.infidelity->zeroMap, b.infidelity->zeroMap);
    ASSERT_EQ(a.sensitivity.size(), b.sensitivity.size());
    for (std::size_t i = 0; i < a.sensitivity.size(); ++i) {
        EXPECT_PRED2(near, a.sensitivity[i].value, b.sensitivity[i].value) << i;
    }
}

TEST(FaithfulnessMeasurement, IsTheSameAgainInPartsAndInBatches) {
    const auto model = wide();
    const auto whole = *measureFaithfulness(model, wideInput(), fewSteps());
    expectSame(whole, *measureFaithfulness(model, wideInput(), fewSteps()), 0.0);

    FaithfulnessMeasurement inParts(model, wideInput(), fewSteps(), {.batch = 3});
    std::int64_t done = -1;
    std::size_t curves = 0;
    while (!inParts.finished()) {
        std::stop_source stopped;
        stopped.request_stop();
        EXPECT_FALSE(inParts.next(stopped.get_token()));
        EXPECT_TRUE(inParts.next());
        EXPECT_GT(inParts.progress().done, done);
        done = inParts.progress().done;
        const auto soFar = inParts.result();
        EXPECT_GE(soFar.curves.size(), curves);
        curves = soFar.curves.size();
        EXPECT_EQ(soFar.finished, inParts.finished());
    }
    EXPECT_EQ(inParts.progress().done, inParts.progress().planned);
    expectSame(whole, inParts.result(), 1e-5);
    EXPECT_EQ(whole.forwards, inParts.result().forwards);
    EXPECT_EQ(whole.window, (Rect{0, 0, side, side}));
    // 2 ends, 5 steps of 8 curves, 9 squares, and 5 maps of 3 nodes.
    EXPECT_EQ(whole.forwards, 2 + 5 * 8 + 9 + 5 * 3);
    EXPECT_EQ(whole.backwards, 5 * 3);
}

TEST(FaithfulnessMeasurement, BeginsWithTheCleanImageOnThePathFromIt) {
    const auto model = test::makeModel([](const torch::Tensor& x) { return 0.5 * x; }, 1);
    LamOptions options;
    options.patch = {.x = 3, .y = 3, .size = 4};
    options.detector = DetectorKind::Intensity;
    options.path = PathKind::Rain;
    options.nodes = 3;
    options.context = 0;
    const auto rainy = test::testImage(side, side);
    auto clean = rainy;
    for (int channel = 0; channel < Image::channels; ++channel) {
        for (auto& value : clean.plane(channel)) {
            value *= 0.5F;
        }
    }
    const auto map = *computeLam(model, rainy, &clean, options);
    const auto result = *measureFaithfulness(model, faithfulnessInput(map, options, 1), fewSteps());
    const auto* insertion = result.curve(PixelOrder::Map, Replacement::Insertion);
    ASSERT_NE(insertion, nullptr);
    EXPECT_NEAR(insertion->detector.front(), 0.5 * insertion->detector.back(), 1e-5);
    ASSERT_TRUE(result.infidelity);
    EXPECT_NEAR(result.infidelity->explained, 1.0, 1e-6);
    EXPECT_GT(result.sensitivity.front().value, 0.0);
}

TEST(FaithfulnessMeasurement, ShowsTheMapsCurvesFirst) {
    const auto model = wide();
    FaithfulnessMeasurement measurement(model, wideInput(), fewSteps(), {.batch = 2});
    EXPECT_TRUE(measurement.result().curves.empty());
    EXPECT_TRUE(measurement.next());  // both ends
    EXPECT_EQ(measurement.result().curves.front().detector.size(), 1U);
    EXPECT_TRUE(measurement.next());
    const auto soFar = measurement.result();
    EXPECT_EQ(soFar.curves.front().order, PixelOrder::Map);
    EXPECT_EQ(soFar.curves.front().detector.size(), 3U);
    EXPECT_EQ(soFar.curve(PixelOrder::Map, Replacement::Insertion), nullptr);
    EXPECT_FALSE(soFar.infidelity);
    EXPECT_TRUE(soFar.sensitivity.empty());
}

TEST(FaithfulnessMeasurement, DoesNotDependOnTheScaleOfTheAttribution) {
    const auto model = wide();
    auto input = wideInput();
    const auto before = *measureFaithfulness(model, input, fewSteps());
    for (double& value : input.attribution.values) {
        value *= 4.0;
    }
    const auto after = *measureFaithfulness(model, input, fewSteps());
    expectSame(before, after, 1e-12);
    EXPECT_NEAR(after.infidelity->scaled / before.infidelity->scaled, 1.0, 1e-9);
    EXPECT_NE(after.infidelity->value, before.infidelity->value);
    EXPECT_NE(after.completenessError, before.completenessError);
}

TEST(FaithfulnessMeasurement, IsOfTheMixedImages) {
    const auto model = wide();
    const auto input = wideInput();
    auto options = fewSteps();
    options.parts.sensitivity = false;
    const auto result = *measureFaithfulness(model, input, options);
    const auto& patch = input.plan.options.patch;
    for (const auto& curve : result.curves) {
        for (std::size_t step = 0; step < curve.pixels.size(); ++step) {
            const auto sr = *model.upscale(mixedImage(input, 2, curve, step));
            double detector = 0.0;
            for (int c = 0; c < Image::channels; ++c) {
                for (int y = patch.y; y < patch.y + patch.size; ++y) {
                    for (int x = patch.x; x < patch.x + patch.size; ++x) {
                        detector +=
                            std::hypot(sr.at(c, y + 1, x) - sr.at(c, y, x), sr.at(c, y, x + 1) - sr.at(c, y, x));
                    }
                }
            }
            EXPECT_NEAR(curve.detector[step], detector, 1e-3) << toString(curve.order) << ", " << step;
        }
    }
}

/// Networks of this project that may be cropped: one of RGB, one of Y.
class OfAWindow : public testing::TestWithParam<const char*> {};

TEST_P(OfAWindow, IsWhatItIsOnTheWhole) {
    const auto model = loadModel(test::specOf(GetParam()));
    const auto input = inputFor(model, 40, {38, 42, 8});
    auto options = fewSteps();
    options.parts.sensitivity = false;
    options.square = 8;
    const auto inWindow = *measureFaithfulness(model, input, options);
    const auto onWhole = *measureFaithfulness(model, input, options, {}, {}, {.window = false});
    expectSame(inWindow, onWhole, 2e-4);
    EXPECT_LT(inWindow.window.width, 40);
    EXPECT_EQ(onWhole.window.width, 40);
    EXPECT_LT(inWindow.forwards, onWhole.forwards);
}

INSTANTIATE_TEST_SUITE_P(Networks, OfAWindow,
                         testing::Values("models/fsrcnn-s/fsrcnn-s_x4.safetensors",
                                         "models/msrresnet-s/msrresnet-s_x2.safetensors"),
                         [](const auto& tested) {
                             return std::string(tested.param).substr(7, 4) == "fsrc" ? "Y" : "Rgb";
                         });

TEST(FaithfulnessMeasurement, LeavesAGapWhereTheOutputIsNotFinite) {
    // NaN while the sum is in the middle between those of the ends.
    const auto image = test::testImage(side, side);
    double sum = 0.0;
    for (const double value : image.values()) {
        sum += value;
    }
    const auto model = test::makeModel(
        [sum](const torch::Tensor& x) {
            const auto share = x.sum({1, 2, 3}, true) / sum;
            return at::where((share - 0.5).abs() < 0.2, x * std::numeric_limits<double>::quiet_NaN(), x);
        },
        1);
    LamOptions lam;
    lam.patch = {0, 0, side};
    lam.path = PathKind::Black;
    lam.detector = DetectorKind::Intensity;
    FaithfulnessInput input{.lr = image, .hr = {}, .plan = lam, .attribution = {.width = side, .height = side}};
    input.attribution.values.assign(image.values().begin(), image.values().end());
    auto options = fewSteps();
    options.parts = {.curves = true, .infidelity = false, .sensitivity = false};
    const auto result = *measureFaithfulness(model, input, options);
    EXPECT_GT(result.nonfiniteOutputs, 0);
    EXPECT_THAT(result.warnings, testing::ElementsAre(testing::HasSubstr("curves have gaps")));
    EXPECT_TRUE(std::isnan(result.curves.front().auc));
    EXPECT_TRUE(std::isnan(result.curves.front().halfFraction));
    EXPECT_TRUE(result.curves.front().psnr.empty());  // no HR
}

TEST(FaithfulnessMeasurement, SaysWhereTheEndsDoNotDiffer) {
    const auto model = test::makeModel([](const torch::Tensor& x) { return at::zeros_like(x) + 0.5; }, 1);
    auto input = wideInput();
    input.hr = input.lr;
    input.plan.options.patch = {2, 2, 4};
    auto options = fewSteps();
    options.parts.sensitivity = false;
    const auto result = *measureFaithfulness(model, input, options);
    EXPECT_THAT(result.warnings, testing::ElementsAre(testing::HasSubstr("are not defined")));
    EXPECT_TRUE(std::isnan(result.curves.front().auc));
    EXPECT_TRUE(std::isfinite(result.curves.front().psnr.front()));
    EXPECT_TRUE(std::isnan(result.infidelity->explained));
    EXPECT_FALSE(result.completenessError);
}

TEST(FaithfulnessMeasurement, RefusesWhatCannotBeJudged) {
    const auto model = wide();
    const auto measured = [&](const auto& change) {
        auto input = wideInput();
        auto options = fewSteps();
        change(input, options);
        return measureFaithfulness(model, input, options);
    };
    const auto refused = [&](const char* expected, const auto& change) {
        expectError(ErrorCode::InvalidArgument, {expected}, [&] { return measured(change); });
    };
    refused("12x12", [](auto& input, auto&) { input.attribution.width = 11; });
    refused("NaN", [](auto& input, auto&) { input.attribution.values[7] = std::nan(""); });
    refused("zero everywhere", [](auto& input, auto&) { std::ranges::fill(input.attribution.values, 0.0); });
    refused("13x13", [](auto&, auto& options) { options.square = 13; });
    refused("does not lie inside", [](auto& input, auto&) { input.plan.options.patch.x = 22; });
    refused("HR", [](auto& input, auto&) { input.hr = input.lr; });
    refused("number of points", [](auto&, auto& options) { options.points = 0; });
    // A network that does not depend on its input has no attribution whose sensitivity could be measured.
    const auto blind = test::makeModel([](const torch::Tensor& x) { return test::enlargeByCopying(x * 0.0, 2); }, 2);
    expectError(ErrorCode::InvalidArgument, {"vanishes"},
                [&] { return measureFaithfulness(blind, wideInput(), fewSteps()); });
}

}  // namespace
}  // namespace lamscope::faithfulness_measurement_test
