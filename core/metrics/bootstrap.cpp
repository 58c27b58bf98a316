// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "base/error.h"

namespace lamscope {
namespace {

/// Of ascending values, interpolated between neighbours.
double percentile(const std::vector<double>& ascending, double share) {
    const double place = share * static_cast<double>(ascending.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const auto above = std::min(below + 1, ascending.size() - 1);
    return std::lerp(ascending[below], ascending[above], place - std::floor(place));
}

}  // namespace

Interval bootstrapMean(std::span<const double> values, std::uint64_t seed) {
    if (values.empty() || !std::ranges::all_of(values, [](double value) { return std::isfinite(value); })) {
        throw Error(ErrorCode::InvalidArgument, "a bootstrap needs finite values, at least one");
    }
    // The standard's distributions differ between libraries: an index is the product of 32 bits and the count.
    std::mt19937_64 random(seed);
    const auto drawn = [&] { return values[static_cast<std::size_t>(((random() >> 32U) * values.size()) >> 32U)]; };
    std::vector<double> means;
    means.reserve(bootstrapResamples);
    for (int i = 0; i < bootstrapResamples; ++i) {
        double sum = 0.0;
        for (std::size_t k = 0; k < values.size(); ++k) {
            sum += drawn();
        }
        means.push_back(sum / static_cast<double>(values.size()));
    }
    std::ranges::sort(means);
    return {percentile(means, 0.025), percentile(means, 0.975)};
}

}  // namespace lamscope
