// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/signed_map.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "metrics/correlation.h"

namespace lamscope {

namespace {

bool isComparable(const LamResult& result) {
    const auto finite = [](auto value) { return std::isfinite(value); };
    return result.diffusionIndex && std::ranges::all_of(result.attribution, finite)
           && std::ranges::adjacent_find(result.map, std::not_equal_to<>()) != result.map.end();
}

}  // namespace

std::vector<double> signedMap(const LamResult& result) {
    const auto pixels = result.attribution.size() / Image::channels;
    std::vector<double> sums(pixels);
    for (std::size_t i = 0; i < pixels; ++i) {
        sums[i] = static_cast<double>(result.attribution[i]) + result.attribution[pixels + i]
                  + result.attribution[2 * pixels + i];
    }
    return sums;
}

std::optional<MapCorrelation> correlationOf(const LamResult& first, const LamResult& second) {
    if (!isComparable(first) || !isComparable(second)) {
        return std::nullopt;
    }
    return MapCorrelation{.signedMaps = pearsonCorrelation(signedMap(first), signedMap(second)),
                          .unsignedMaps = pearsonCorrelation(first.map, second.map)};
}

}  // namespace lamscope
