// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/tsne.h"

#include <cmath>
#include <cstddef>
#include <stop_token>
#include <vector>

#include <gtest/gtest.h>

#include "support/expect_error.h"
#include "support/portable_numbers.h"

namespace lamscope {
namespace {

/// Three groups of points in `columns` dimensions.
std::vector<double> groups(std::size_t points, std::size_t columns) {
    std::vector<double> data;
    for (std::uint32_t n = 0; n < points * columns; ++n) {
        const auto row = n / static_cast<std::uint32_t>(columns);
        const double centre = n % columns == row % 3 ? 4.0 : 0.0;
        data.push_back(centre + test::portableNumber(11, n));
    }
    return data;
}

TEST(Tsne, AffinitiesAreADistributionWithTheWantedEntropy) {
    const auto data = groups(40, 6);
    const Tsne tsne(data, 6, {.perplexity = 9.0});
    double sum = 0.0;
    for (std::size_t i = 0; i < 40; ++i) {
        for (std::size_t j = 0; j < 40; ++j) {
            sum += tsne.affinities()[i * 40 + j];
            EXPECT_EQ(tsne.affinities()[i * 40 + j], tsne.affinities()[j * 40 + i]);
        }
        double weights = 0.0;
        double weighted = 0.0;
        for (std::size_t j = 0; j < 40; ++j) {
            if (j != i) {
                double distance = 0.0;
                for (std::size_t k = 0; k < 6; ++k) {
                    distance += std::pow(data[i * 6 + k] - data[j * 6 + k], 2);
                }
                const double weight = std::exp(-tsne.precisions()[i] * distance);
                weights += weight;
                weighted += weight * tsne.precisions()[i] * distance;
            }
        }
        EXPECT_NEAR(std::log(weights) + weighted / weights, std::log(9.0), 1.1e-10);
    }
    EXPECT_NEAR(sum, 1.0, 1e-12);
}

TEST(Tsne, GradientIsThatOfTheDivergence) {
    const Tsne tsne(groups(30, 5), 5, {.perplexity = 5.0});
    std::vector<double> at;
    for (std::uint32_t n = 0; n < 60; ++n) {
        at.push_back(3.0 * test::portableNumber(4, n));
    }
    const auto objective = tsne.objectiveAt(at);
    constexpr double step = 1e-5;
    for (const std::size_t k : {0U, 7U, 31U, 59U}) {
        auto further = at;
        further[k] += step;
        auto nearer = at;
        nearer[k] -= step;
        const double slope =
            (tsne.objectiveAt(further).divergence - tsne.objectiveAt(nearer).divergence) / (2.0 * step);
        EXPECT_NEAR(objective.gradient[k], slope, 1e-8);
    }
}

TEST(Tsne, GivesTheSameBytesForAnyNumberOfThreads) {
    const auto data = groups(600, 5);  // more than one thread's part
    std::vector<double> first;
    for (const int threads : {1, 2, 3}) {
        const Tsne tsne(data, 5, {.perplexity = 10.0, .iterations = 60, .threads = threads});
        const auto embedding = tsne.run(tsne.usualStart());
        ASSERT_TRUE(embedding.has_value());
        first = first.empty() ? embedding->points : first;
        EXPECT_EQ(embedding->points, first) << threads;
    }
}

TEST(Tsne, KeepsGroupsTogether) {
    const Tsne tsne(groups(60, 5), 5, {.perplexity = 8.0});
    const auto embedding = tsne.run(tsne.usualStart());
    ASSERT_TRUE(embedding.has_value());
    EXPECT_EQ(embedding->iterations, 1000);
    const auto& points = embedding->points;
    for (std::size_t i = 0; i < 60; ++i) {
        std::size_t nearest = i == 0 ? 1 : 0;
        const auto distance = [&](std::size_t j) {
            return std::hypot(points[2 * i] - points[2 * j], points[2 * i + 1] - points[2 * j + 1]);
        };
        for (std::size_t j = 0; j < 60; ++j) {
            nearest = j != i && distance(j) < distance(nearest) ? j : nearest;
        }
        EXPECT_EQ(nearest % 3, i % 3) << i;
    }
}

TEST(Tsne, ReportsEveryFiftyIterationsAndStopsBetweenTwo) {
    const Tsne tsne(groups(20, 5), 5, {.perplexity = 5.0, .iterations = 120});
    std::vector<int> reported;
    std::stop_source source;
    ASSERT_TRUE(tsne.run(tsne.usualStart(), source.get_token(),
                         [&](const Embedding& embedding) { reported.push_back(embedding.iterations); })
                    .has_value());
    EXPECT_EQ(reported, (std::vector{50, 100, 120}));
    const auto stopped =
        tsne.run(tsne.usualStart(), source.get_token(), [&](const Embedding& /*embedding*/) { source.request_stop(); });
    EXPECT_EQ(stopped, std::nullopt);
}

TEST(Tsne, StopsWhileItFindsAffinities) {
    std::stop_source source;
    source.request_stop();
    const Tsne tsne(groups(20, 5), 5, {.perplexity = 5.0}, source.get_token());
    EXPECT_TRUE(tsne.affinities().empty());
    EXPECT_EQ(tsne.run(tsne.usualStart()), std::nullopt);
}

TEST(Tsne, OfEqualPointsEnds) {
    const Tsne tsne(std::vector<double>(40, 0.5), 2, {.perplexity = 5.0, .iterations = 20});
    const auto embedding = tsne.run(tsne.usualStart());
    ASSERT_TRUE(embedding.has_value());
    for (const double value : embedding->points) {
        EXPECT_TRUE(std::isfinite(value));
    }
}

TEST(Tsne, RefusesWhatCannotBe) {
    const auto data = groups(10, 5);
    test::expectError(ErrorCode::InvalidArgument, {"1 to 3.0", "30"},
                      [&] { static_cast<void>(Tsne(data, 5, {.perplexity = 30.0})); });
    test::expectError(ErrorCode::InvalidArgument, {"at least 4 points"},
                      [&] { static_cast<void>(Tsne(std::vector<double>(6), 2, {.perplexity = 1.0})); });
    test::expectError(ErrorCode::InvalidArgument, {"whole number"},
                      [&] { static_cast<void>(Tsne(std::vector<double>(7), 2, {.perplexity = 1.0})); });
    const Tsne tsne(data, 5, {.perplexity = 2.0});
    test::expectError(ErrorCode::InvalidArgument, {"20"}, [&] { static_cast<void>(tsne.run(std::vector<double>(4))); });
}

}  // namespace
}  // namespace lamscope
