// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

namespace lamscope {

/// Pearson's correlation coefficient of two equally long series, in [-1, 1], computed in double.
///
/// Throws Error(InvalidArgument) when the lengths differ or are below 2, when a value is not finite, and when a series
/// is constant, for which the coefficient is not defined. Thread-safe.
[[nodiscard]] double pearsonCorrelation(std::span<const double> first, std::span<const double> second);

}  // namespace lamscope
