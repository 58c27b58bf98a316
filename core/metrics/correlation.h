// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace lamscope {

/// Pearson's correlation coefficient of two equally long series, in [-1, 1], computed in double.
///
/// Throws Error(InvalidArgument) when the lengths differ or are below 2, when a value is not finite, and when a series
/// is constant, for which the coefficient is not defined. Thread-safe.
[[nodiscard]] double pearsonCorrelation(std::span<const double> first, std::span<const double> second);

/// Ranks 1…n in ascending order; equal values share the mean of their ranks. Throws Error(InvalidArgument) when a value
/// is not finite. Thread-safe.
[[nodiscard]] std::vector<double> averageRanks(std::span<const double> values);

/// Spearman's rank correlation: Pearson's of averageRanks(). Throws as pearsonCorrelation(). Thread-safe.
[[nodiscard]] double spearmanCorrelation(std::span<const double> first, std::span<const double> second);

/// How likely a coefficient of this size or larger, of either sign, is between `count` pairs of independent normal
/// values: Student's t of r·sqrt((n − 2)/(1 − r²)) with n − 2 degrees of freedom. Exact for Pearson's coefficient, the
/// usual approximation for Spearman's. 1 for two pairs. Throws Error(InvalidArgument) for fewer than 2 pairs and for a
/// coefficient outside [-1, 1]. Thread-safe.
[[nodiscard]] double correlationProbability(double coefficient, std::size_t count);

/// The line of least squares, y = slope·x + intercept.
struct LinearFit {
    double slope = 0.0;
    double intercept = 0.0;
    double slopeStandardError = 0.0;  ///< from the residuals with n − 2 degrees of freedom; NaN for two points
};

/// Throws as pearsonCorrelation(), but for a constant `y`, which has a fit. Thread-safe.
[[nodiscard]] LinearFit linearFit(std::span<const double> x, std::span<const double> y);

}  // namespace lamscope
