// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace lamscope {

// How concentrated an attribution map is. A map is row-major, one value per low-resolution pixel. Values are not
// negative and have any scale: results do not depend on the scale, except for the 1e-7 of the Gini coefficient, which
// assumes the maximum 1. All functions throw Error(InvalidArgument) when the map is empty, zero everywhere, or holds a
// negative or non-finite value. All functions are thread-safe.

/// The Gini coefficient in [0, 1): 0 for a uniform map, 1 - 1/n for a single pixel among n.
/// G = sum_i (2i - n - 1) x_(i) / (n sum x), values ascending, i = 1...n, after 1e-7 is added to every value as the
/// authors of LAM do. Source: Gu & Dong, Interpreting Super-Resolution Networks with Local Attribution Maps, CVPR 2021,
/// and their published code.
/// @param zeros  the number of pixels of the map that are not in `map` because they are zero.
[[nodiscard]] double giniCoefficient(std::span<const double> map, std::size_t zeros = 0);

/// The diffusion index of LAM, (1 - G) * 100: 100 for a uniform map, near 100 / n for a single pixel among n.
/// @param zeros  as of giniCoefficient().
[[nodiscard]] double diffusionIndex(std::span<const double> map, std::size_t zeros = 0);

/// The smallest number of pixels that together carry `fraction` (in (0, 1]) of the map's sum. Zeros added around the
/// map do not change this number, unlike the diffusion index. Throws Error(InvalidArgument) also when `fraction` is out
/// of range.
[[nodiscard]] std::size_t massPixels(std::span<const double> map, double fraction = 0.95);

/// The root mean square distance of the map's mass from (centreX, centreY), in pixels: sqrt(sum w r^2 / sum w).
/// Coordinates: x to the right, y down, the centre of pixel (0, 0) is at (0.5, 0.5). Throws Error(InvalidArgument)
/// also when the map's size is not `width` * `height` or the centre is not finite.
[[nodiscard]] double radiusOfGyration(std::span<const double> map, int width, int height, double centreX,
                                      double centreY);

/// The share of the map's sum that lies where `mask` is not zero over the share of the pixels there: 1 for a uniform
/// map, above 1 where the map prefers the mask, 0 where it avoids it. nullopt for a mask that is zero everywhere.
/// Throws Error(InvalidArgument) also when the mask is not as large as the map.
[[nodiscard]] std::optional<double> massRatio(std::span<const double> map, std::span<const std::uint8_t> mask);

}  // namespace lamscope
