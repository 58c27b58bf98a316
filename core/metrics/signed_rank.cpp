// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/signed_rank.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <functional>
#include <map>
#include <vector>

#include "metrics/correlation.h"

namespace lamscope {
namespace {

constexpr std::size_t mostForExact = 25;

/// Of the 2^n ways to choose signs, the share whose positive ranks 1…n add up to at most `sum`.
double shareUpTo(std::size_t n, double sum) {
    std::vector<double> ways(n * (n + 1) / 2 + 1, 0.0);
    ways[0] = 1.0;
    for (std::size_t rank = 1; rank <= n; ++rank) {
        for (std::size_t total = ways.size() - 1; total >= rank; --total) {
            ways[total] += ways[total - rank];
        }
    }
    double count = 0.0;
    for (std::size_t total = 0; total < ways.size() && static_cast<double>(total) <= sum; ++total) {
        count += ways[total];
    }
    return count / std::exp2(static_cast<double>(n));
}

/// Sum of t³ − t over the groups of t equal sizes.
double tieTerm(const std::vector<double>& sizes) {
    std::map<double, double> groups;
    for (const double size : sizes) {
        groups[size] += 1.0;
    }
    double term = 0.0;
    for (const auto& [size, count] : groups) {
        term += count * count * count - count;
    }
    return term;
}

}  // namespace

std::optional<SignedRankTest> signedRankTest(std::span<const double> differences) {
    std::vector<double> sizes;
    std::vector<bool> positive;
    for (const double difference : differences) {
        if (difference != 0.0) {
            sizes.push_back(std::abs(difference));
            positive.push_back(difference > 0.0);
        }
    }
    if (sizes.empty()) {
        return std::nullopt;
    }
    const auto ranks = averageRanks(sizes);
    double above = 0.0;
    double below = 0.0;
    for (std::size_t i = 0; i < ranks.size(); ++i) {
        (positive[i] ? above : below) += ranks[i];
    }
    SignedRankTest test{.count = sizes.size(), .zeros = differences.size() - sizes.size()};
    test.statistic = std::min(above, below);
    const double ties = tieTerm(sizes);
    test.exact = test.count <= mostForExact && test.zeros == 0 && ties == 0.0;
    if (test.exact) {
        test.probability = std::min(2.0 * shareUpTo(test.count, test.statistic), 1.0);
        return test;
    }
    const auto n = static_cast<double>(test.count);
    const double mean = n * (n + 1.0) / 4.0;
    const double variance = n * (n + 1.0) * (2.0 * n + 1.0) / 24.0 - ties / 48.0;
    const double z = (test.statistic - mean) / std::sqrt(variance);
    test.probability = std::min(2.0 * boost::math::cdf(boost::math::normal(), z), 1.0);
    return test;
}

}  // namespace lamscope
