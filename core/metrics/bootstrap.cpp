// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <random>
#include <vector>

#include "base/error.h"
#include "metrics/percentile.h"

namespace lamscope {
namespace {

/// Of samples of one size; the places of results are `chosen`.
void addIntervals(std::span<const std::vector<double>> samples, const std::vector<std::size_t>& chosen,
                  std::uint64_t seed, std::vector<Interval>& intervals) {
    const auto size = samples[chosen.front()].size();
    const auto count = chosen.size();
    // The values that are drawn together lie together.
    std::vector<double> values(size * count);
    for (std::size_t k = 0; k < size; ++k) {
        for (std::size_t s = 0; s < count; ++s) {
            values[k * count + s] = samples[chosen[s]][k];
        }
    }
    std::vector<std::vector<double>> means(count);
    // The standard's distributions differ between libraries: an index is the product of 32 bits and the count.
    std::mt19937_64 random(seed);
    for (int i = 0; i < bootstrapResamples; ++i) {
        std::vector<double> sums(count, 0.0);
        for (std::size_t k = 0; k < size; ++k) {
            const double* drawn = &values[static_cast<std::size_t>(((random() >> 32U) * size) >> 32U) * count];
            for (std::size_t s = 0; s < count; ++s) {
                sums[s] += drawn[s];
            }
        }
        for (std::size_t s = 0; s < count; ++s) {
            means[s].push_back(sums[s] / static_cast<double>(size));
        }
    }
    for (std::size_t s = 0; s < count; ++s) {
        std::ranges::sort(means[s]);
        intervals[chosen[s]] = {percentile(means[s], 0.025), percentile(means[s], 0.975)};
    }
}

}  // namespace

std::vector<Interval> bootstrapMeans(std::span<const std::vector<double>> samples, std::uint64_t seed) {
    std::map<std::size_t, std::vector<std::size_t>> bySize;
    for (std::size_t s = 0; s < samples.size(); ++s) {
        if (samples[s].empty() || !std::ranges::all_of(samples[s], [](double value) { return std::isfinite(value); })) {
            throw Error(ErrorCode::InvalidArgument, "a bootstrap needs finite values, at least one");
        }
        bySize[samples[s].size()].push_back(s);
    }
    std::vector<Interval> intervals(samples.size());
    for (const auto& [size, chosen] : bySize) {
        addIntervals(samples, chosen, seed, intervals);
    }
    return intervals;
}

}  // namespace lamscope
