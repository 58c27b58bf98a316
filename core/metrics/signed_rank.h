// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace lamscope {

/// Wilcoxon's signed-rank test of paired differences.
struct SignedRankTest {
    std::size_t count = 0;     ///< differences that are not zero
    std::size_t zeros = 0;     ///< those that were left out
    double statistic = 0.0;    ///< the smaller of the rank sums of positive and of negative differences
    double probability = 1.0;  ///< two-sided p-value
    bool exact = false;        ///< by the exact distribution; otherwise by the normal one
};

/// Whether differences lie about zero. Zeros are dropped; equal sizes share the mean of their ranks. The p-value is
/// exact for at most 25 differences without ties and zeros, otherwise by the normal distribution with the correction
/// for ties and without one for continuity. Nullopt where all differences are zero. Source: Wilcoxon, Individual
/// Comparisons by Ranking Methods, 1945; SciPy's `wilcoxon` with `zero_method="wilcox"`.
///
/// Throws Error(InvalidArgument) when a difference is not finite. Thread-safe.
[[nodiscard]] std::optional<SignedRankTest> signedRankTest(std::span<const double> differences);

}  // namespace lamscope
