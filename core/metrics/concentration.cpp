// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/concentration.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "metrics/map_check.h"

namespace lamscope {

double giniCoefficient(std::span<const double> map, std::size_t zeros) {
    checkedMapSum(map);
    constexpr double offset = 1e-7;  // from the authors' code; avoids a division by zero
    std::vector<double> values(map.begin(), map.end());
    std::ranges::sort(values);
    const auto before = static_cast<double>(zeros);
    const auto count = static_cast<double>(values.size()) + before;
    double sum = before * offset;
    double weighted = before * (before - count) * offset;  // the sum over the first ranks
    double rank = before + 1.0;
    for (const double value : values) {
        sum += value + offset;
        weighted += (2.0 * rank - count - 1.0) * (value + offset);
        rank += 1.0;
    }
    return weighted / (count * sum);
}

double diffusionIndex(std::span<const double> map, std::size_t zeros) {
    return (1.0 - giniCoefficient(map, zeros)) * 100.0;
}

std::size_t massPixels(std::span<const double> map, double fraction) {
    checkedMapSum(map);
    if (!(fraction > 0.0 && fraction <= 1.0)) {
        throw Error(
            ErrorCode::InvalidArgument,
            fmt::format("a fraction of {} of the map cannot be asked for; choose one above 0 and up to 1", fraction));
    }
    std::vector<double> values(map.begin(), map.end());
    std::ranges::sort(values, std::greater<>());
    double total = 0.0;
    for (const double value : values) {
        total += value;
    }
    // The tolerance keeps rounding from asking for one pixel more, e.g. for 95 of 100 equal values.
    const double wanted = fraction * total * (1.0 - 1e-12);
    double sum = 0.0;
    std::size_t count = 0;
    while (count < values.size() && sum < wanted) {
        sum += values[count];
        ++count;
    }
    return count;
}

double radiusOfGyration(std::span<const double> map, int width, int height, double centreX, double centreY) {
    checkMapSize(map, width, height);
    const double sum = checkedMapSum(map);
    if (!std::isfinite(centreX) || !std::isfinite(centreY)) {
        throw Error(ErrorCode::InvalidArgument, "the centre of a radius of gyration must be finite");
    }
    double moment = 0.0;
    for (int y = 0; y < height; ++y) {
        const auto row =
            map.subspan(static_cast<std::size_t>(y) * static_cast<std::size_t>(width), static_cast<std::size_t>(width));
        const double dy = y + 0.5 - centreY;
        for (int x = 0; x < width; ++x) {
            const double dx = x + 0.5 - centreX;
            moment += row[static_cast<std::size_t>(x)] * (dx * dx + dy * dy);
        }
    }
    return std::sqrt(moment / sum);
}

std::optional<double> massRatio(std::span<const double> map, std::span<const std::uint8_t> mask) {
    const double sum = checkedMapSum(map);
    if (mask.size() != map.size()) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("a mask of {} pixels cannot lie on a map of {}", mask.size(), map.size()));
    }
    double inside = 0.0;
    std::size_t pixels = 0;
    for (std::size_t i = 0; i < mask.size(); ++i) {
        if (mask[i] != 0) {
            inside += map[i];
            ++pixels;
        }
    }
    if (pixels == 0) {
        return std::nullopt;
    }
    return inside / sum * static_cast<double>(mask.size()) / static_cast<double>(pixels);
}

}  // namespace lamscope
