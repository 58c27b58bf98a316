// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace lamscope {

struct Interval {
    double low = 0.0;
    double high = 0.0;
};

/// How often bootstrapMeans() draws.
inline constexpr int bootstrapResamples = 10000;

/// The 95 % bootstrap interval of each sample's mean: the 2.5 and 97.5 percentiles, interpolated linearly, of the means
/// of bootstrapResamples samples that are drawn with replacement. The same numbers for the same seed on every machine,
/// whatever the other samples are: those of one size share what is drawn. Source: Efron, Bootstrap Methods, 1979
/// (percentile interval).
///
/// Throws Error(InvalidArgument) when a sample has no value or one that is not finite. Thread-safe.
[[nodiscard]] std::vector<Interval> bootstrapMeans(std::span<const std::vector<double>> samples, std::uint64_t seed);

}  // namespace lamscope
