// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <span>
#include <vector>

#include "method/lam/lam_options.h"

// What benchmarks share.

namespace lamscope {

using Clock = std::chrono::steady_clock;

template <typename Work>
double secondsOf(const Work& work) {
    const auto start = Clock::now();
    work();
    return std::chrono::duration<double>(Clock::now() - start).count();
}

inline double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

/// The median time of `repeats` calls.
template <typename Work>
double medianSeconds(int repeats, const Work& work) {
    std::vector<double> seconds;
    seconds.reserve(static_cast<std::size_t>(repeats));
    for (int i = 0; i < repeats; ++i) {
        seconds.push_back(secondsOf(work));
    }
    return median(std::move(seconds));
}

/// Exactly so many nodes of the preset exact, the whole image as context.
inline LamOptions wholeImageOptions(const Patch& patch, int nodes) {
    LamOptions options;
    options.patch = patch;
    options.nodes = nodes;
    options.context = 0;
    return options;
}

/// Relative L1 distance of a map from a reference.
inline double relativeDifference(std::span<const double> map, std::span<const double> reference) {
    double difference = 0.0;
    double sum = 0.0;
    for (std::size_t i = 0; i < map.size(); ++i) {
        difference += std::abs(map[i] - reference[i]);
        sum += reference[i];
    }
    return difference / sum;
}

}  // namespace lamscope
