// SPDX-License-Identifier: GPL-3.0-or-later
// Curves, infidelity and sensitivity where mathematics says what they are.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/portable_random.h"
#include "method/faithfulness/faithfulness.h"
#include "support/analytic_networks.h"
#include "support/expect_error.h"

namespace lamscope::faithfulness_closed_forms_test {
namespace {

constexpr int side = 8;
constexpr std::size_t pixels = std::size_t{side} * side;

SrModel inDouble(test::FormulaNetwork::Formula formula) {
    return test::makeModel(std::make_unique<test::FormulaNetwork>(std::move(formula)), 1, 1.0, torch::kFloat64);
}

/// D is the sum over the whole image; the path begins at black.
FaithfulnessInput inputOf(const Image& image, std::vector<double> attribution) {
    LamOptions options;
    options.patch = {0, 0, image.width()};
    options.path = PathKind::Black;
    options.detector = DetectorKind::Intensity;
    return {.lr = image,
            .hr = {},
            .plan = options,
            .attribution = {.width = image.width(), .height = image.height(), .values = std::move(attribution)}};
}

FaithfulnessOptions only(bool curves, bool infidelity, bool sensitivity) {
    FaithfulnessOptions options;
    options.parts = {.curves = curves, .infidelity = infidelity, .sensitivity = sensitivity};
    return options;
}

/// Factors of a linear network, none 0, of both signs.
torch::Tensor weights() {
    std::vector<double> values;
    for (std::size_t i = 0; i < Image::channels * pixels; ++i) {
        values.push_back(std::sin(1.7 * static_cast<double>(i)) + 0.4);
    }
    return torch::tensor(values, torch::kFloat64).view({1, Image::channels, side, side});
}

std::vector<double> contributions(const Image& image) {
    const auto factors = weights().contiguous();
    std::vector<double> values(image.values().begin(), image.values().end());
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] *= factors.data_ptr<double>()[i];
    }
    return values;
}

SrModel affine() {
    return inDouble([](const torch::Tensor& x) { return x * weights() + 0.3; });
}

double share(double value, const DetectorEnds& ends) {
    return (value - ends.baseline) / (ends.image - ends.baseline);
}

TEST(StepCounts, AreDenseWhereFewPixelsAreReplaced) {
    EXPECT_EQ(stepCounts(16, 4), (std::vector<std::int64_t>{0, 1, 4, 9, 16}));
    EXPECT_EQ(stepCounts(10, 4), (std::vector<std::int64_t>{0, 1, 3, 6, 10}));  // .625, 2.5, 5.625 and ½ upwards
    EXPECT_EQ(stepCounts(1, 3), (std::vector<std::int64_t>{0, 0, 0, 1}));
}

TEST(PixelOrders, HaveTheirTiesRowByRow) {
    EXPECT_EQ(orderByMap(std::vector{0.5, 1.0, 0.5, 0.0, 1.0}), (std::vector<std::int32_t>{1, 4, 0, 2, 3}));
    // The patch's centre is the corner between the four pixels in the middle of 4 x 4.
    const auto radial = orderByDistance({2, 2, 4}, 2, 4, 4);
    EXPECT_EQ(radial, (std::vector<std::int32_t>{5, 6, 9, 10, 1, 2, 4, 7, 8, 11, 13, 14, 0, 3, 12, 15}));
    // It is a pixel's centre: ((4 + 1) / 2 - 1/2) at scale 2 is 2.
    EXPECT_EQ(orderByDistance({4, 0, 2}, 2, 4, 1), (std::vector<std::int32_t>{2, 1, 3, 0}));
}

TEST(PixelOrders, AreRandomByThePortableHash) {
    const auto order = randomPixelOrder(3, 50);
    const PortableRandom random("order/3");
    EXPECT_TRUE(std::ranges::is_sorted(order, {},
                                       [&](std::int32_t k) { return random.integer(static_cast<std::uint64_t>(k)); }));
    auto sorted = order;
    std::ranges::sort(sorted);
    std::vector<std::int32_t> all(50);
    std::iota(all.begin(), all.end(), 0);
    EXPECT_EQ(sorted, all);
    EXPECT_NE(randomPixelOrder(4, 50), order);
}

TEST(AffineDetector, InsertionAndDeletionAddUpToOne) {
    const auto image = test::testImage(side, side);
    auto options = only(true, false, false);
    options.random = 3;
    const auto result = *measureFaithfulness(affine(), inputOf(image, contributions(image)), options);
    ASSERT_EQ(result.curves.size(), 10U);
    for (std::size_t i = 0; i < result.curves.size(); i += 2) {
        const auto& insertion = result.curves[i];
        const auto& deletion = result.curves[i + 1];
        ASSERT_EQ(insertion.detector.size(), 33U);
        for (std::size_t j = 0; j < insertion.detector.size(); ++j) {
            EXPECT_NEAR(share(insertion.detector[j], result.ends) + share(deletion.detector[j], result.ends), 1.0,
                        1e-9);
        }
        EXPECT_NEAR(insertion.auc + deletion.auc, 1.0, 1e-9);
    }
    EXPECT_NEAR(*result.completenessError, 0.0, 1e-9);
}

TEST(AffineDetector, IsExplainedCompletely) {
    const auto image = test::testImage(side, side);
    auto options = only(false, true, false);
    options.square = 3;
    options.stride = 2;
    const auto result = *measureFaithfulness(affine(), inputOf(image, contributions(image)), options);
    ASSERT_TRUE(result.infidelity);
    EXPECT_EQ(result.infidelity->perturbations, 9);
    EXPECT_NEAR(result.infidelity->value, 0.0, 1e-12);
    EXPECT_NEAR(result.infidelity->scaled, 0.0, 1e-9);
    EXPECT_NEAR(result.infidelity->explained, 1.0, 1e-9);
    EXPECT_GT(result.infidelity->zeroMap, 1.0);
}

TEST(AffineDetector, LosesHalfOfEqualContributionsHalfWay) {
    // K of n pixels contribute, all the same; n = 256 and 16 points make the steps the squares 0, 1, 4, …, of which
    // K = 16 is one.
    constexpr int n = 256;
    constexpr int contributing = 16;
    Image image(16, 16);
    std::vector<double> attribution(Image::channels * n, 0.0);
    for (int k = 0; k < contributing; ++k) {
        const int pixel = (k * 37 + 5) % n;
        for (int c = 0; c < Image::channels; ++c) {
            image.at(c, pixel / 16, pixel % 16) = 0.5F;
            attribution[static_cast<std::size_t>(c * n + pixel)] = 0.5;
        }
    }
    auto options = only(true, false, false);
    options.points = 16;
    options.random = 0;
    const auto result =
        *measureFaithfulness(inDouble([](const torch::Tensor& x) { return x; }), inputOf(image, attribution), options);
    const auto& insertion = *result.curve(PixelOrder::Map, Replacement::Insertion);
    const auto& deletion = *result.curve(PixelOrder::Map, Replacement::Deletion);
    constexpr double share = contributing / (2.0 * n);
    EXPECT_NEAR(insertion.auc, 1.0 - share, 1e-12);
    EXPECT_NEAR(deletion.auc, share, 1e-12);
    EXPECT_NEAR(insertion.halfFraction, share, 1e-12);
    EXPECT_NEAR(deletion.halfFraction, share, 1e-12);
    EXPECT_NEAR(insertion.overshoot, 0.0, 1e-12);
}

TEST(AffineDetector, HasTheExpectationAndVarianceOfDrawsWithoutReplacement) {
    const auto image = test::testImage(side, side);
    auto options = only(true, false, false);
    options.points = side;
    options.random = 400;
    const auto input = inputOf(image, contributions(image));
    const auto ofPixels = input.attribution.ofPixels();
    const auto result = *measureFaithfulness(affine(), input, options);
    constexpr double n = pixels;
    const double sum = std::accumulate(ofPixels.begin(), ofPixels.end(), 0.0);
    double variance = 0.0;
    for (const double value : ofPixels) {
        variance += (value - sum / n) * (value - sum / n) / (n - 1.0);
    }
    for (std::size_t step = 2; step < side; ++step) {
        const auto k = static_cast<double>(step * step);
        const double expected = k * (1.0 - k / n) * variance / (sum * sum);
        double mean = 0.0;
        double squares = 0.0;
        for (const auto& curve : result.curves) {
            if (curve.order == PixelOrder::Random && curve.kind == Replacement::Insertion) {
                const double d = share(curve.detector[step], result.ends);
                mean += d / options.random;
                squares += d * d / options.random;
            }
        }
        EXPECT_NEAR(mean, k / n, 4.0 * std::sqrt(expected / options.random));
        EXPECT_NEAR((squares - mean * mean) / expected, 1.0, 4.0 * std::sqrt(2.0 / options.random));
    }
    EXPECT_NEAR(result.randomInsertion.aucMean, 0.5, 4.0 * result.randomInsertion.aucSd / std::sqrt(options.random));
    EXPECT_NEAR(result.randomInsertion.aucMean + result.randomDeletion.aucMean, 1.0, 1e-9);
}

TEST(Infidelity, OfSquaresIsZeroWhereEachValueCountsByItself) {
    const auto image = test::testImage(side, side);
    std::vector<double> attribution;
    for (const double value : image.values()) {
        attribution.push_back(value * value);
    }
    auto options = only(false, true, false);
    options.square = 4;
    const auto result = *measureFaithfulness(inDouble([](const torch::Tensor& x) { return x.square(); }),
                                             inputOf(image, attribution), options);
    EXPECT_NEAR(result.infidelity->value, 0.0, 1e-12);
    EXPECT_NEAR(result.infidelity->explained, 1.0, 1e-12);
}

TEST(Infidelity, OfAProduct) {
    // f = x₁x₂ from 0 with ½x₁x₂ each; the perturbations take x₁, x₂, and both.
    constexpr double p = 1.3 * 0.7;
    const auto result = infidelityOf(std::vector{p / 2.0, p / 2.0, p}, std::vector{p, p, p});
    EXPECT_EQ(result.perturbations, 3);
    EXPECT_NEAR(result.value, p * p / 6.0, 1e-15);
    EXPECT_NEAR(result.scaled, p * p / 9.0, 1e-15);
    EXPECT_NEAR(result.zeroMap, p * p, 1e-15);
    EXPECT_NEAR(result.explained, 8.0 / 9.0, 1e-15);
}

TEST(Infidelity, LeavesOutWhatIsNotFiniteAndNeedsALoss) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto result = infidelityOf(std::vector{1.0, 2.0}, std::vector{nan, 4.0});
    EXPECT_EQ(result.perturbations, 1);
    EXPECT_EQ(result.value, 4.0);
    EXPECT_EQ(result.explained, 1.0);
    EXPECT_TRUE(std::isnan(infidelityOf(std::vector{1.0}, std::vector{0.0}).explained));
    EXPECT_EQ(infidelityOf(std::vector{0.0}, std::vector{1.0}).explained, 0.0);
    EXPECT_TRUE(std::isnan(infidelityOf(std::vector{1.0}, std::vector{nan}).value));
}

TEST(Squares, StandOnAGridInsideTheContext) {
    EXPECT_EQ(squaresOf(64, 64, 8, 4).size(), 225U);
    EXPECT_EQ(squaresOf(5, 3, 2, 2), (std::vector<Rect>{{0, 0, 2, 2}, {2, 0, 2, 2}}));
    test::expectError(ErrorCode::InvalidArgument, {"--square"}, [] { return squaresOf(5, 3, 4, 1); });
}

TEST(SensitivityMax, OfALinearNetworkIsThatOfItsPerturbations) {
    const auto image = test::testImage(side, side);
    auto options = only(false, false, true);
    options.draws = 3;
    options.radii = {0.1, 0.001};
    const auto result = *measureFaithfulness(affine(), inputOf(image, contributions(image)), options);
    const auto factors = weights().contiguous();
    const auto* const w = factors.data_ptr<double>();
    double norm = 0.0;
    for (const double value : contributions(image)) {
        norm += value * value;
    }
    double largest = 0.0;
    int worst = 0;
    for (int k = 0; k < options.draws; ++k) {
        const PortableRandom random("sensitivity/" + std::to_string(k));
        double squares = 0.0;
        for (std::size_t n = 0; n < Image::channels * pixels; ++n) {
            const double moved = w[n] * (2.0 * random.integer(n) * 0x1.0p-32 - 1.0);
            squares += moved * moved;
        }
        if (squares > largest) {
            largest = squares;
            worst = k;
        }
    }
    ASSERT_EQ(result.sensitivity.size(), 2U);
    for (const auto& sensitivity : result.sensitivity) {
        EXPECT_EQ(sensitivity.draws, 3);
        EXPECT_EQ(sensitivity.worstDraw, worst);
        EXPECT_NEAR(sensitivity.value / (sensitivity.radius * std::sqrt(largest / norm)), 1.0, 1e-4);
    }
    EXPECT_EQ(result.backwards, 7 * 27);
}

TEST(Curve, HasAHalfOnlyWhereItGetsThere) {
    const DetectorEnds ends{.image = 3.0, .baseline = 1.0};
    ReplacementCurve curve{.pixels = {0, 1, 2, 4}, .fraction = {0.0, 0.25, 0.5, 1.0}, .detector = {1.0, 1.5, 2.5, 3.0}};
    summarise(curve, ends);
    EXPECT_DOUBLE_EQ(curve.halfFraction, 0.375);
    EXPECT_DOUBLE_EQ(curve.auc, 0.25 * 0.125 + 0.25 * 0.5 + 0.5 * 0.875);
    EXPECT_DOUBLE_EQ(curve.overshoot, 0.0);
    curve.detector = {1.0, std::numeric_limits<double>::quiet_NaN(), 4.0, 3.0};
    summarise(curve, ends);
    EXPECT_TRUE(std::isnan(curve.auc));
    EXPECT_TRUE(std::isnan(curve.halfFraction));
    EXPECT_DOUBLE_EQ(curve.overshoot, 0.5);
    curve.detector = {2.0, 2.0, 2.0, 2.0};
    summarise(curve, {.image = 2.0 + 1e-7, .baseline = 2.0});
    EXPECT_TRUE(std::isnan(curve.auc) && std::isnan(curve.halfFraction) && std::isnan(curve.overshoot));
}

}  // namespace
}  // namespace lamscope::faithfulness_closed_forms_test
