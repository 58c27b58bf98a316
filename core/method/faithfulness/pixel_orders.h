// SPDX-License-Identifier: GPL-3.0-or-later
// In which order the pixels of an LR image are replaced, and how many at each step. Pixels are row-major indices. All
// functions are thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "scene/geometry.h"

namespace lamscope {

enum class PixelOrder {
    Map,     ///< the largest values of the map first
    Radial,  ///< the pixels next to the patch first, whatever the network: the rival that a map has to beat
    Random,
};

[[nodiscard]] std::string_view toString(PixelOrder order);

/// In order of falling values, ties by index.
[[nodiscard]] std::vector<std::int32_t> orderByMap(std::span<const double> map);

/// In order of the distance of the pixel's centre to the patch's centre, ties by index. The patch is in the SR pixels
/// of the image of `width` x `height` LR pixels.
[[nodiscard]] std::vector<std::int32_t> orderByDistance(const Patch& patch, int scale, int width, int height);

/// In order of ascending PortableRandom("order/NUMBER").integer(index).
[[nodiscard]] std::vector<std::int32_t> randomPixelOrder(int number, std::size_t pixels);

/// How many of n pixels are replaced at the steps j = 0…points: ⌊n·(j/points)² + ½⌋, which is dense where maps live.
[[nodiscard]] std::vector<std::int64_t> stepCounts(std::int64_t pixels, int points);

}  // namespace lamscope
