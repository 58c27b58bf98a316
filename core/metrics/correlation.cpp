// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/correlation.h"

#include <algorithm>
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

}  // namespace

double pearsonCorrelation(std::span<const double> first, std::span<const double> second) {
    if (first.size() != second.size() || first.size() < 2) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("a correlation needs two series of the same length of at least 2, not {} and {} values",
                                first.size(), second.size()));
    }
    const double mean1 = mean(first);
    const double mean2 = mean(second);
    double covariance = 0.0;
    double variance1 = 0.0;
    double variance2 = 0.0;
    for (std::size_t i = 0; i < first.size(); ++i) {
        const double difference1 = first[i] - mean1;
        const double difference2 = second[i] - mean2;
        covariance += difference1 * difference2;
        variance1 += difference1 * difference1;
        variance2 += difference2 * difference2;
    }
    if (!std::isfinite(variance1) || !std::isfinite(variance2)) {
        throw Error(ErrorCode::InvalidArgument, "a correlation needs finite values");
    }
    if (isConstant(first) || isConstant(second)) {
        throw Error(ErrorCode::InvalidArgument, "the correlation with a constant series is not defined");
    }
    return std::clamp(covariance / (std::sqrt(variance1) * std::sqrt(variance2)), -1.0, 1.0);
}

}  // namespace lamscope
