// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/erf/erf_numbers.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "base/error.h"
#include "metrics/concentration.h"

namespace lamscope {

namespace {

constexpr double luoShare = 0.0455;  // of the maximum: what lies outside two standard deviations of a Gaussian

constexpr double notDefined = std::numeric_limits<double>::quiet_NaN();

void checkFrame(std::span<const double> map, const ErfFrame& frame) {
    const auto pixels = static_cast<std::int64_t>(frame.width) * frame.height;
    const bool inside = frame.x >= 0 && frame.x < frame.width && frame.y >= 0 && frame.y < frame.height;
    if (!inside || pixels != static_cast<std::int64_t>(map.size())) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("a map of {} values cannot have {}x{} pixels with the cell at ({}, {})", map.size(),
                                frame.width, frame.height, frame.x, frame.y));
    }
}

double sumOf(std::span<const double> map) {
    return std::accumulate(map.begin(), map.end(), 0.0);
}

/// Calls visit(dx, dy, value) for each pixel.
template <typename Visit>
void forEachPixel(std::span<const double> map, const ErfFrame& frame, const Visit& visit) {
    std::size_t index = 0;
    for (int y = 0; y < frame.height; ++y) {
        for (int x = 0; x < frame.width; ++x) {
            visit(x - frame.x, y - frame.y, map[index]);
            ++index;
        }
    }
}

std::vector<std::pair<int, double>> sharesBeyond(std::span<const double> map, const ErfFrame& frame) {
    std::vector<std::pair<int, double>> shares;
    const double sum = sumOf(map);
    for (int distance = 1; 2 * distance <= std::max(frame.width, frame.height); distance *= 2) {
        double beyond = 0.0;
        forEachPixel(map, frame, [&](int dx, int dy, double value) {
            const auto squared = static_cast<std::int64_t>(dx) * dx + static_cast<std::int64_t>(dy) * dy;
            beyond += squared > static_cast<std::int64_t>(distance) * distance ? value : 0.0;
        });
        shares.emplace_back(distance, beyond / sum);
    }
    return shares;
}

}  // namespace

std::string numberKey(const char* name, double number) {
    return fmt::format("{}_{}", name, number);
}

double shownLevel(double share, double top) {
    return share > 0.0 ? std::clamp(1.0 + std::log10(share / top) / shownDecades, 0.0, 1.0) : 0.0;
}

std::vector<double> squareShares(std::span<const double> map, const ErfFrame& frame) {
    checkFrame(map, frame);
    const double sum = sumOf(map);
    if (!(sum > 0.0)) {
        throw Error(ErrorCode::InvalidArgument, "the map is zero everywhere, so that it has no field");
    }
    const int reach = std::min({frame.x, frame.y, frame.width - 1 - frame.x, frame.height - 1 - frame.y});
    std::vector<double> shares(static_cast<std::size_t>(reach) + 1);
    forEachPixel(map, frame, [&](int dx, int dy, double value) {
        const int ring = std::max(std::abs(dx), std::abs(dy));
        if (ring <= reach) {
            shares[static_cast<std::size_t>(ring)] += value / sum;
        }
    });
    std::partial_sum(shares.begin(), shares.end(), shares.begin());
    return shares;
}

std::vector<ErfSquare> erfSquares(std::span<const double> map, const ErfFrame& frame, ErfPreset rule,
                                  std::span<const double> thresholds) {
    std::vector<double> values(map.begin(), map.end());
    if (rule == ErfPreset::Official) {
        std::ranges::transform(values, values.begin(), [](double value) { return std::log10(value + 1.0); });
    }
    const auto shares = squareShares(values, frame);
    const std::ptrdiff_t smallest = rule == ErfPreset::Official ? 1 : 0;
    std::vector<ErfSquare> squares;
    for (const double threshold : thresholds) {
        auto& square = squares.emplace_back(ErfSquare{threshold, notDefined, notDefined});
        if (smallest >= std::ssize(shares)) {
            continue;
        }
        const auto found =
            std::find_if(shares.begin() + smallest, shares.end(), [&](double share) { return share > threshold; });
        if (found != shares.end()) {
            square.side = static_cast<double>(2 * (found - shares.begin()) + 1);
            square.areaRatio = square.side * square.side / static_cast<double>(map.size());
        }
    }
    return squares;
}

ErfNumbers erfNumbers(std::span<const double> map, const ErfFrame& frame, ErfPreset rule,
                      std::span<const double> thresholds) {
    ErfNumbers numbers;
    numbers.squares = erfSquares(map, frame, rule, thresholds);
    numbers.sum = sumOf(map);
    numbers.max = *std::ranges::max_element(map);
    for (std::size_t i = 0; i < ErfNumbers::percents.size(); ++i) {
        numbers.pixels[i] = static_cast<double>(massPixels(map, ErfNumbers::percents[i] / 100.0));
    }
    constexpr double half = 0.5;
    numbers.radiusPixels = radiusOfGyration(map, frame.width, frame.height, frame.x + half, frame.y + half);
    numbers.luoPixels =
        static_cast<double>(std::ranges::count_if(map, [&](double value) { return value > luoShare * numbers.max; }));
    numbers.beyond = sharesBeyond(map, frame);
    return numbers;
}

ErfNumbers standardErrors(std::span<const ErfNumbers> images) {
    if (images.size() < 2) {
        throw Error(ErrorCode::InvalidArgument, "a standard error needs at least two images");
    }
    const auto valuesOf = [](const ErfNumbers& numbers) {
        std::vector<double> values;
        forEachNumber(numbers, [&](const std::string& /*key*/, double value) { values.push_back(value); });
        return values;
    };
    std::vector<std::vector<double>> values;
    std::ranges::transform(images, std::back_inserter(values), valuesOf);
    const auto count = static_cast<double>(images.size());
    ErfNumbers errors = images.front();  // its thresholds and distances
    std::size_t index = 0;
    forEachNumber(errors, [&](const std::string& /*key*/, double& error) {
        double mean = 0.0;
        for (const auto& image : values) {
            mean += image[index] / count;
        }
        double squares = 0.0;
        for (const auto& image : values) {
            squares += (image[index] - mean) * (image[index] - mean);
        }
        error = std::sqrt(squares / (count - 1.0) / count);
        ++index;
    });
    return errors;
}

}  // namespace lamscope
