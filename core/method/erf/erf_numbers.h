// SPDX-License-Identifier: GPL-3.0-or-later
// The numbers that describe a map of influence: how much of it lies how near to the pixel that is looked from. A map is
// row-major, one value an LR pixel, none negative, of any scale. All functions are thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "method/erf/erf_options.h"

namespace lamscope {

/// The sides of a map, and the LR pixel in it whose restoration is explained: the cell. LR pixels.
struct ErfFrame {
    int width = 0;
    int height = 0;
    int x = 0;  ///< of the cell, 0…width − 1
    int y = 0;

    friend bool operator==(const ErfFrame&, const ErfFrame&) = default;
};

/// The smallest square around the cell that holds more than a share of the map.
struct ErfSquare {
    double threshold = 0.0;  ///< the share, 0…1
    double side = 0.0;       ///< odd, LR pixels; NaN where no square inside the map holds that much
    double areaRatio = 0.0;  ///< side² / pixels of the map; NaN likewise
};

/// Of a mean map. As standard errors, each member is the error of that number, and NaN where there is none.
struct ErfNumbers {
    /// Percentages of ErfNumbers::pixels.
    static constexpr std::array percents{20, 30, 50, 95, 99};

    double sum = 0.0;                  ///< of the map before any normalisation, output per unit of input
    double max = 0.0;                  ///< the same
    double negativeShare = 0.0;        ///< of the gradient's absolute sum, before the recipe discards signs; 0…1
    std::vector<ErfSquare> squares{};  ///< one a threshold, by the preset's rule
    std::array<double, percents.size()> pixels{};  ///< fewest LR pixels that hold that percentage
    double radiusPixels = 0.0;                     ///< radius of gyration about the cell's centre, LR pixels
    double luoPixels = 0.0;                        ///< LR pixels above 4.55 % of the maximum (Luo et al. 2016)
    std::vector<std::pair<int, double>> beyond{};  ///< share of the map farther than so many LR pixels, 0…1
};

/// "NAME_NUMBER", the number with as many digits as it needs.
[[nodiscard]] std::string numberKey(const char* name, double number);

/// Calls visit(key, value) for each number, in the order of tables. Keys are those of CSV and never renamed.
template <typename Numbers, typename Visit>
void forEachNumber(Numbers& numbers, const Visit& visit) {
    visit("sum", numbers.sum);
    visit("max", numbers.max);
    visit("negative_share", numbers.negativeShare);
    for (auto& square : numbers.squares) {
        visit(numberKey("side", square.threshold), square.side);
        visit(numberKey("area_ratio", square.threshold), square.areaRatio);
    }
    for (std::size_t i = 0; i < ErfNumbers::percents.size(); ++i) {
        visit(numberKey("pixels", ErfNumbers::percents[i]), numbers.pixels[i]);
    }
    visit("radius_pixels", numbers.radiusPixels);
    visit("luo_pixels", numbers.luoPixels);
    for (auto& [distance, share] : numbers.beyond) {
        visit(numberKey("beyond", distance), share);
    }
}

/// Pictures show shares of a map over so many decades, downwards from the largest.
inline constexpr double shownDecades = 4.0;

/// The level of a share in a picture: 1 at `top`, 0 where it is shownDecades below that or less.
[[nodiscard]] double shownLevel(double share, double top);

/// The share of the map in the squares of side 1, 3, 5, … around the cell that lie inside the map. Throws
/// Error(InvalidArgument) where the map has another size than the frame or is zero.
[[nodiscard]] std::vector<double> squareShares(std::span<const double> map, const ErfFrame& frame);

/// The squares of a rule. Official: shares of log10(1 + map), sides from 3. Exact: shares of the map, sides from 1.
/// Throws as squareShares().
[[nodiscard]] std::vector<ErfSquare> erfSquares(std::span<const double> map, const ErfFrame& frame, ErfPreset rule,
                                                std::span<const double> thresholds);

/// All numbers of a map but `negativeShare`; `sum` and `max` are the map's own. Throws as squareShares().
[[nodiscard]] ErfNumbers erfNumbers(std::span<const double> map, const ErfFrame& frame, ErfPreset rule,
                                    std::span<const double> thresholds);

/// The standard error of the mean over images, number by number: s / √n, s with n − 1. A number that is NaN for one
/// image has none. Throws Error(InvalidArgument) for fewer than two images.
[[nodiscard]] ErfNumbers standardErrors(std::span<const ErfNumbers> images);

}  // namespace lamscope
