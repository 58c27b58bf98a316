// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "image/image.h"

namespace lamscope {

/// The luma of ITU-R BT.601 in studio range, as MATLAB's rgb2ycbcr and the super-resolution benchmarks compute it:
/// Y = 16 + 65.481 R + 128.553 G + 24.966 B for R, G, B in [0, 1]. Height x width, row-major, in units of 8-bit levels
/// (16 is black, 235 is white), not rounded. Thread-safe.
[[nodiscard]] std::vector<double> luma(const Image& image);

/// The nearest of `maxLevel` + 1 equally spaced levels: round(clamp(value, 0, 1) * maxLevel), a half rounded up.
/// Non-finite values: NaN and minus infinity give 0, plus infinity gives `maxLevel`. Thread-safe.
[[nodiscard]] std::uint16_t nearestLevel(double value, std::uint16_t maxLevel) noexcept;

/// The image clamped to [0, 1] and rounded by nearestLevel() to the levels n / 255 of an 8-bit file; bitDepth is 8.
/// What is measured or shown of the result is what a file would hold. Thread-safe.
[[nodiscard]] Image quantise8(const Image& image);

}  // namespace lamscope
