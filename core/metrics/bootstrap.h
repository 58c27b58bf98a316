// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>

namespace lamscope {

struct Interval {
    double low = 0.0;
    double high = 0.0;
};

/// How often bootstrapMean() draws.
inline constexpr int bootstrapResamples = 10000;

/// The 95 % bootstrap interval of a mean: the 2.5 and 97.5 percentiles, interpolated linearly, of the means of
/// bootstrapResamples samples that are drawn with replacement. The same numbers for the same seed on every machine.
/// Takes bootstrapResamples times the number of values in steps. Source: Efron, Bootstrap Methods, 1979 (percentile
/// interval).
///
/// Throws Error(InvalidArgument) when there is no value or one is not finite. Thread-safe.
[[nodiscard]] Interval bootstrapMean(std::span<const double> values, std::uint64_t seed);

}  // namespace lamscope
