// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/correlation.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <cstddef>
#include <functional>
#include <numeric>

#include <fmt/format.h>

#include "base/error.h"

namespace lamscope {
namespace {

double mean(std::span<const double> values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

bool isConstant(std::span<const double> values) {
    return std::ranges::adjacent_find(values, std::not_equal_to<>()) == values.end();
}

/// Sums of products of deviations from the means.
struct Deviations {
    double meanX = 0.0;
    double meanY = 0.0;
    double xx = 0.0;
    double yy = 0.0;
    double xy = 0.0;
};

/// Checks the series, too.
Deviations deviationsOf(std::span<const double> x, std::span<const double> y) {
    if (x.size() != y.size() || x.size() < 2) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("a correlation needs two series of the same length of at least 2, not {} and {} values",
                                x.size(), y.size()));
    }
    Deviations sums{.meanX = mean(x), .meanY = mean(y)};
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double fromMeanX = x[i] - sums.meanX;
        const double fromMeanY = y[i] - sums.meanY;
        sums.xy += fromMeanX * fromMeanY;
        sums.xx += fromMeanX * fromMeanX;
        sums.yy += fromMeanY * fromMeanY;
    }
    if (!std::isfinite(sums.xx) || !std::isfinite(sums.yy)) {
        throw Error(ErrorCode::InvalidArgument, "a correlation needs finite values");
    }
    return sums;
}

}  // namespace

double pearsonCorrelation(std::span<const double> first, std::span<const double> second) {
    const auto sums = deviationsOf(first, second);
    if (isConstant(first) || isConstant(second)) {
        throw Error(ErrorCode::InvalidArgument, "the correlation with a constant series is not defined");
    }
    return std::clamp(sums.xy / (std::sqrt(sums.xx) * std::sqrt(sums.yy)), -1.0, 1.0);
}

std::vector<double> averageRanks(std::span<const double> values) {
    if (!std::ranges::all_of(values, [](double value) { return std::isfinite(value); })) {
        throw Error(ErrorCode::InvalidArgument, "ranks need finite values");
    }
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t i) { return values[i]; });
    std::vector<double> ranks(values.size());
    for (std::size_t begin = 0; begin < order.size();) {
        std::size_t end = begin + 1;
        while (end < order.size() && values[order[end]] == values[order[begin]]) {
            ++end;
        }
        for (std::size_t i = begin; i < end; ++i) {
            ranks[order[i]] = static_cast<double>(begin + end + 1) / 2.0;
        }
        begin = end;
    }
    return ranks;
}

double spearmanCorrelation(std::span<const double> first, std::span<const double> second) {
    return pearsonCorrelation(averageRanks(first), averageRanks(second));
}

double correlationProbability(double coefficient, std::size_t count) {
    if (count < 2 || !(std::abs(coefficient) <= 1.0)) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("there is no correlation of {} between {} pairs", coefficient, count));
    }
    if (count == 2) {
        return 1.0;
    }
    const double freedom = static_cast<double>(count) - 2.0;
    const double rest = (1.0 - coefficient) * (1.0 + coefficient);
    if (rest == 0.0) {
        return 0.0;
    }
    const double t = std::abs(coefficient) * std::sqrt(freedom / rest);
    return 2.0 * boost::math::cdf(boost::math::complement(boost::math::students_t(freedom), t));
}

LinearFit linearFit(std::span<const double> x, std::span<const double> y) {
    const auto sums = deviationsOf(x, y);
    if (isConstant(x)) {
        throw Error(ErrorCode::InvalidArgument, "there is no line through points above one place");
    }
    LinearFit fit;
    fit.slope = sums.xy / sums.xx;
    fit.intercept = sums.meanY - fit.slope * sums.meanX;
    const double residuals = std::max(sums.yy - fit.slope * sums.xy, 0.0);
    const double freedom = static_cast<double>(x.size()) - 2.0;
    fit.slopeStandardError = freedom > 0.0 ? std::sqrt(residuals / freedom / sums.xx) : std::nan("");
    return fit;
}

}  // namespace lamscope
