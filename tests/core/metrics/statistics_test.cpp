// SPDX-License-Identifier: GPL-3.0-or-later
// Correlations and tests against SciPy's values on the same numbers (statistics.json says how they are made).
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "metrics/bootstrap.h"
#include "metrics/correlation.h"
#include "metrics/signed_rank.h"
#include "support/test_data.h"

namespace lamscope {
namespace {

/// The records' u(seed).
std::vector<double> uniform(std::int64_t seed, std::size_t count) {
    constexpr std::int64_t modulus = std::int64_t{1} << 31;
    std::vector<double> values;
    for (auto t = seed; values.size() < count;) {
        t = (1103515245 * t + 12345) % modulus;
        values.push_back(static_cast<double>(t) / static_cast<double>(modulus));
    }
    return values;
}

struct Series {
    std::vector<double> x;
    std::vector<double> y;
};

Series seriesOf(const nlohmann::json& record) {
    const auto seed = record.at("seed").get<std::int64_t>();
    const auto count = record.at("n").get<std::size_t>();
    Series series{uniform(seed, count), uniform(seed + 100, count)};
    for (std::size_t i = 0; i < count; ++i) {
        series.y[i] = 0.6 * series.x[i] + 0.4 * series.y[i];
    }
    if (record.at("x").get<std::string>().find("floored") != std::string::npos) {
        for (std::size_t i = 0; i < count; ++i) {
            series.x[i] = std::floor(series.x[i] * 6.0) / 6.0;
            series.y[i] = std::floor(series.y[i] * 5.0) / 5.0;
        }
    }
    return series;
}

constexpr double tolerance = 1e-9;

void expectRelative(double value, const nlohmann::json& expected) {
    EXPECT_NEAR(value / expected.get<double>(), 1.0, tolerance) << expected;
}

class Statistics : public testing::Test {
protected:
    void SetUp() override {
        LAMSCOPE_NEED_DATA(file, "golden/methods/statistics.json");
        std::ifstream stream(file);
        records_ = nlohmann::json::parse(stream);
    }

    nlohmann::json records_;
};

TEST_F(Statistics, CorrelationsAreThoseOfSciPy) {
    for (const auto& record : records_.at("correlation")) {
        const auto [x, y] = seriesOf(record);
        const double r = pearsonCorrelation(x, y);
        const double rho = spearmanCorrelation(x, y);
        expectRelative(r, record.at("pearson_r"));
        expectRelative(correlationProbability(r, x.size()), record.at("pearson_p"));
        expectRelative(rho, record.at("spearman_rho"));
        if (x.size() > 5) {  // of rank correlation 1 the p-value is 0 up to rounding
            expectRelative(correlationProbability(rho, x.size()), record.at("spearman_p_t_approximation"));
        }
        const auto fit = linearFit(x, y);
        expectRelative(fit.slope, record.at("slope"));
        expectRelative(fit.intercept, record.at("intercept"));
        expectRelative(fit.slopeStandardError, record.at("slope_stderr"));
    }
}

TEST_F(Statistics, SignedRankTestsAreThoseOfSciPy) {
    for (const auto& record : records_.at("wilcoxon")) {
        auto differences = uniform(record.at("seed").get<std::int64_t>(), record.at("n").get<std::size_t>());
        const bool rounded = record.at("d").get<std::string>().find("rounded") != std::string::npos;
        for (double& difference : differences) {
            difference -= 0.4;
            difference = rounded ? std::round(10.0 * difference) / 10.0 : difference;
        }
        const auto test = signedRankTest(differences);
        ASSERT_TRUE(test.has_value());
        EXPECT_EQ(test->zeros, record.at("zeros_dropped").get<std::size_t>());
        EXPECT_EQ(test->exact, record.at("method") == "exact");
        EXPECT_EQ(test->statistic, record.at("statistic").get<double>());
        expectRelative(test->probability, record.at("p"));
    }
}

TEST(Ranks, OfEqualValuesAreTheirMean) {
    EXPECT_EQ(averageRanks(std::vector<double>{3.0, 1.0, 3.0, 2.0, 3.0}),
              (std::vector<double>{4.0, 1.0, 4.0, 2.0, 4.0}));
}

TEST(CorrelationProbability, AtTheEnds) {
    EXPECT_EQ(correlationProbability(0.3, 2), 1.0);
    EXPECT_EQ(correlationProbability(1.0, 5), 0.0);
    EXPECT_NEAR(correlationProbability(0.0, 5), 1.0, 1e-12);
    // With one degree of freedom t is Cauchy: p = 1 - 2/pi·atan(t), and t = 1 for r = 1/√2.
    EXPECT_NEAR(correlationProbability(std::sqrt(0.5), 3), 0.5, 1e-12);
    EXPECT_THROW(static_cast<void>(correlationProbability(1.1, 5)), Error);
}

TEST(LinearFit, OfALineIsThatLine) {
    const std::vector<double> x{1.0, 2.0, 4.0};
    const auto fit = linearFit(x, std::vector<double>{5.0, 7.0, 11.0});
    EXPECT_NEAR(fit.slope, 2.0, 1e-14);
    EXPECT_NEAR(fit.intercept, 3.0, 1e-14);
    EXPECT_NEAR(fit.slopeStandardError, 0.0, 1e-7);
    EXPECT_THROW(static_cast<void>(linearFit(std::vector<double>(3, 1.0), x)), Error);
}

TEST(SignedRankTest, OfThreePositiveDifferencesIsAQuarter) {
    // One of the 2³ choices of signs has a rank sum of 0 on one side: p = 2/8.
    const auto test = signedRankTest(std::vector<double>{0.1, 0.5, 0.2});
    ASSERT_TRUE(test.has_value());
    EXPECT_EQ(test->statistic, 0.0);
    EXPECT_EQ(test->probability, 0.25);
}

TEST(SignedRankTest, OfZerosIsNone) {
    EXPECT_FALSE(signedRankTest(std::vector<double>{0.0, 0.0}).has_value());
    EXPECT_THROW(static_cast<void>(signedRankTest(std::vector<double>{std::nan("")})), Error);
}

Interval bootstrapOf(const std::vector<double>& values, std::uint64_t seed) {
    return bootstrapMeans(std::span(&values, 1), seed).front();
}

TEST(BootstrapMeans, HaveTheWidthOfTheStandardError) {
    const auto values = uniform(3, 400);
    double mean = 0.0;
    double squares = 0.0;
    for (const double value : values) {
        mean += value / 400.0;
        squares += value * value / 400.0;
    }
    const double error = std::sqrt((squares - mean * mean) / 400.0);
    const auto [low, high] = bootstrapOf(values, 1);
    // Percentiles of 10 000 draws scatter by about 3 % of a standard error.
    EXPECT_NEAR(low, mean - 1.96 * error, 0.12 * error);
    EXPECT_NEAR(high, mean + 1.96 * error, 0.12 * error);
}

TEST(BootstrapMeans, AreReproducibleAndKnowConstants) {
    const auto values = uniform(5, 20);
    EXPECT_EQ(bootstrapOf(values, 7).low, bootstrapOf(values, 7).low);
    EXPECT_NE(bootstrapOf(values, 7).low, bootstrapOf(values, 8).low);
    const auto constant = bootstrapOf(std::vector<double>(4, 2.5), 1);
    EXPECT_EQ(constant.low, 2.5);
    EXPECT_EQ(constant.high, 2.5);
    EXPECT_THROW(static_cast<void>(bootstrapOf({}, 1)), Error);
    EXPECT_TRUE(bootstrapMeans({}, 1).empty());
}

TEST(BootstrapMeans, DoNotDependOnTheOtherSamples) {
    const std::vector<std::vector<double>> samples{uniform(5, 20), uniform(6, 7), uniform(7, 20), {1.0}};
    const auto together = bootstrapMeans(samples, 3);
    ASSERT_EQ(together.size(), samples.size());
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const auto alone = bootstrapOf(samples[i], 3);
        EXPECT_EQ(together[i].low, alone.low) << i;
        EXPECT_EQ(together[i].high, alone.high) << i;
    }
    EXPECT_LT(together[0].low, together[0].high);
}

}  // namespace
}  // namespace lamscope
