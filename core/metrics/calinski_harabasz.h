// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "metrics/gram_matrix.h"

namespace lamscope {

/// Calinski and Harabasz's ratio of the variance between classes to that within them,
/// [tr B/(K − 1)]/[tr W/(N − K)]: 0 where all classes have one mean, about 1 for labels that are drawn freely, large
/// for classes that lie apart. No rotation, shift or common scale of the rows changes it.
///
/// @param gram    of the rows, centred or not: centred ones lose no digits to their mean.
/// @param labels  the class of each row, any numbers.
/// @return infinite where only tr W is 0, NaN where tr B is, too: there is no spread inside the classes.
/// Throws Error(InvalidArgument) for fewer than two classes, for classes of fewer than two rows, and when the sizes
/// differ. Thread-safe. Source: Calinski & Harabasz, A Dendrite Method for Cluster Analysis, 1974.
[[nodiscard]] double calinskiHarabasz(const GramMatrix& gram, std::span<const int> labels);

/// What labels that know nothing of the rows would give.
struct ChanceLevel {
    double mean = 0.0;
    double p95 = 0.0;          ///< 95th percentile, interpolated linearly
    double probability = 1.0;  ///< (1 + shuffles that reach the ratio)/(1 + shuffles)
};

/// The ratio under shuffled labels. The same numbers for the same seed on every machine.
///
/// @param groups  the content of each row, any numbers: labels are shuffled among the rows of one group only. Empty:
///                among all rows.
/// @param shuffles at least 1.
/// @param stop     polled before each shuffle; once stopped, what is returned means nothing.
/// Throws as calinskiHarabasz(), and Error(InvalidArgument) for groups of another number. Thread-safe.
[[nodiscard]] ChanceLevel chanceOfCalinskiHarabasz(const GramMatrix& gram, std::span<const int> labels,
                                                   std::span<const int> groups, int shuffles, std::uint64_t seed,
                                                   const std::stop_token& stop = {});

}  // namespace lamscope
