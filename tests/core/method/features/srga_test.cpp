// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/features/srga.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <stop_token>
#include <vector>

#include <gtest/gtest.h>

#include "support/expect_error.h"
#include "support/portable_numbers.h"

namespace lamscope::srga_test {
namespace {

/// Normal numbers of the portable rule.
double normal(std::uint32_t seed, std::uint32_t n) {
    const double u = 0.5 * (test::portableNumber(seed, 2 * n) + 1.0) + 1e-9;
    return std::sqrt(-2.0 * std::log(u)) * std::cos(std::numbers::pi * test::portableNumber(seed, 2 * n + 1));
}

GramMatrix normalGram(std::size_t rows, std::size_t columns, std::uint32_t seed, double scale = 1.0) {
    std::vector<double> data;
    for (std::uint32_t n = 0; n < rows * columns; ++n) {
        data.push_back(scale * normal(seed, n));
    }
    return gramOf(data, columns);
}

TEST(Srga, OfASetWithItselfIsZero) {
    const auto gram = normalGram(60, 40, 3);
    for (const auto preset : {SrgaPreset::Official, SrgaPreset::Exact}) {
        const auto comparison = compareSets(std::vector{gram, gram}, 20, true, {.preset = preset, .replicates = 3});
        ASSERT_TRUE(comparison.has_value());
        EXPECT_EQ(comparison->indices.front().srga, 0.0);
        EXPECT_EQ(comparison->indices.front().divergence, 0.0);
        EXPECT_EQ(comparison->indices.front().band.has_value(), preset == SrgaPreset::Exact);
        if (preset == SrgaPreset::Exact) {
            EXPECT_EQ(comparison->indices.front().band->high, 0.0);
            EXPECT_GT(comparison->floor.value().median, 0.0);
            EXPECT_GE(comparison->floor->p90, comparison->floor->median);
        }
    }
}

TEST(Srga, OfNormalFeaturesHasTheShapeTwo) {
    // As many components as rows less one: the scores are the rows in another basis.
    const auto set = srgaDistribution(normalGram(120, 2000, 5), 100, SrgaPreset::Exact);
    EXPECT_NEAR(set.beta.value(), 2.0, 0.1);
    EXPECT_NEAR(set.explained, 0.9, 0.1);
    EXPECT_NEAR(set.totalVariance, 2000.0, 60.0);
    EXPECT_EQ(set.scores.size(), 12000U);
}

TEST(Srga, DoesNotSeeOrdersScalesAndShifts) {
    constexpr std::size_t rows = 50;
    constexpr std::size_t columns = 30;
    std::vector<double> data;
    std::vector<double> moved(rows * columns);
    for (std::uint32_t n = 0; n < rows * columns; ++n) {
        data.push_back(normal(7, n) * std::exp(-0.1 * (n % columns)));
    }
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < columns; ++j) {  // rows and columns in another order, larger and moved
            moved[(i * 7 % rows) * columns + j * 11 % columns] = 255.0 * data[i * columns + j] + static_cast<double>(j);
        }
    }
    const auto reference = normalGram(rows, columns, 9);
    const auto scaled = normalGram(rows, columns, 9, 255.0);
    const SrgaOptions options{.replicates = 0};
    const auto first = compareSets(std::vector{reference, gramOf(data, columns)}, 10, true, options);
    const auto second = compareSets(std::vector{scaled, gramOf(moved, columns)}, 10, true, options);
    EXPECT_GT(first->indices.front().srga.value(), 3.0);
    EXPECT_NEAR(first->indices.front().srga.value(), second->indices.front().srga.value(), 1e-8);
    EXPECT_EQ(first->floor.has_value(), false);
}

TEST(Srga, GrowsWithTheDifferenceAndItsBandLiesThere) {
    const std::vector<GramMatrix> grams{normalGram(80, 50, 11), normalGram(80, 50, 11, 1.3),
                                        normalGram(80, 50, 11, 2.0)};
    const auto comparison = compareSets(grams, 30, true, {.replicates = 20});
    ASSERT_TRUE(comparison.has_value());
    const auto& indices = comparison->indices;
    EXPECT_LT(indices[0].srga.value(), indices[1].srga.value());
    for (const auto& index : indices) {  // paired: all half-samples have the same ratio of deviations
        EXPECT_NEAR(index.band.value().low, index.srga.value(), 0.25);
        EXPECT_NEAR(index.band.value().high, index.srga.value(), 0.25);
        EXPECT_LE(index.band->low, index.band->high);
    }
    const auto again = compareSets(grams, 30, true, {.replicates = 20});
    EXPECT_EQ(again->indices[0].band->low, indices[0].band->low);
    EXPECT_EQ(again->floor->p90, comparison->floor->p90);
    const auto unpaired = compareSets(grams, 30, false, {.replicates = 20});
    EXPECT_GT(unpaired->indices[0].band->high - unpaired->indices[0].band->low,
              indices[0].band->high - indices[0].band->low);
}

TEST(Srga, WithoutSpreadHasNoIndex) {
    const GramMatrix flat{.rows = 40, .values = std::vector<double>(1600, 0.0)};
    const auto comparison = compareSets(std::vector{normalGram(40, 30, 1), flat}, 10, true, {.replicates = 2});
    ASSERT_TRUE(comparison.has_value());
    EXPECT_EQ(comparison->indices.front().srga, std::nullopt);
    EXPECT_EQ(comparison->indices.front().band, std::nullopt);
    EXPECT_EQ(comparison->sets[1].beta, std::nullopt);
    EXPECT_EQ(srgaDistribution(flat, 5, SrgaPreset::Official).beta, std::nullopt);
}

TEST(Srga, OfFeaturesOfTwoValuesHasNoIndex) {
    // One component holds all the variance, and all of its scores lie beyond five deviations of all scores.
    constexpr std::size_t rows = 100;
    constexpr std::size_t columns = 30;
    std::vector<double> data;
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::uint32_t j = 0; j < columns; ++j) {
            data.push_back(test::portableNumber(i % 2 == 0 ? 1 : 2, j));
        }
    }
    const auto set = srgaDistribution(gramOf(data, columns), 37, SrgaPreset::Exact);
    EXPECT_EQ(set.removed, rows);
    EXPECT_EQ(set.beta, std::nullopt);
    EXPECT_LE(set.explained, 1.0);
    EXPECT_EQ(srgaDistribution(gramOf(data, columns), 37, SrgaPreset::Official).beta, std::nullopt);
}

TEST(Srga, FloorDoesNotDependOnBands) {
    const std::vector<GramMatrix> grams{normalGram(40, 30, 1), normalGram(40, 30, 2), normalGram(40, 30, 3)};
    const auto one = compareSets(std::span(grams).first(2), 10, true, {.replicates = 1});
    const auto other = compareSets(grams, 10, false, {.replicates = 4});
    EXPECT_EQ(one->floor->median, other->floor->median);
    EXPECT_EQ(one->floor->p90, other->floor->p90);
}

TEST(Srga, RefusesSetsThatCannotBeCompared) {
    test::expectError(ErrorCode::InvalidArgument, {"40 patches", "30", "not comparable"}, [] {
        static_cast<void>(compareSets(std::vector{normalGram(40, 9, 1), normalGram(30, 9, 1)}, 5, true, {}));
    });
    test::expectError(ErrorCode::InvalidArgument, {"30 components of 30 patches", "fewer than patches"},
                      [] { static_cast<void>(srgaDistribution(normalGram(30, 9, 1), 30, SrgaPreset::Exact)); });
    test::expectError(ErrorCode::InvalidArgument, {"99 patches", "at least 100", "advise"},
                      [] { checkSrgaPatches({}, 99); });
    test::expectError(ErrorCode::InvalidArgument, {"300 components", "fewer than patches"},
                      [] { checkSrgaPatches({.preset = SrgaPreset::Official}, 200); });
    EXPECT_NO_THROW(checkSrgaPatches({}, 100));
    EXPECT_EQ(componentsOf({}, 200), 75U);
    EXPECT_EQ(componentsOf({}, 2000), 300U);
    EXPECT_EQ(componentsOf({.preset = SrgaPreset::Official}, 800), 300U);
    EXPECT_EQ(componentsOf({.components = 12}, 800), 12U);
}

TEST(Srga, StopsBetweenHalfSamples) {
    std::stop_source source;
    const auto gram = normalGram(40, 30, 1);
    EXPECT_EQ(compareSets(std::vector{gram, gram}, 10, true, {}, source.get_token(),
                          [&](double /*share*/) { source.request_stop(); }),
              std::nullopt);
}

TEST(ScoreHistogram, CountsEveryScoreWithinItsReach) {
    const std::vector<float> scores{-0.9F, -0.1F, 0.1F, 0.2F, 5.0F};
    const auto histogram = histogramOf(scores, 1.0, 4);
    EXPECT_DOUBLE_EQ(histogram.width, 0.5);
    EXPECT_DOUBLE_EQ(histogram.densities[0], 1.0 / 2.5);
    EXPECT_DOUBLE_EQ(histogram.densities[2], 2.0 / 2.5);
    EXPECT_NEAR(std::accumulate(histogram.densities.begin(), histogram.densities.end(), 0.0) * histogram.width, 0.8,
                1e-12);
}

}  // namespace
}  // namespace lamscope::srga_test
