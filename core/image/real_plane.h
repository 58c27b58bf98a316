// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "image/image.h"
#include "image/low_resolution.h"

namespace lamscope {

/// A plane of real numbers, row-major.
struct RealPlane {
    int width = 0;
    int height = 0;
    std::vector<double> values{};  ///< width * height of them
};

/// A channel of an image in levels, 0…255. What came from 8-bit levels is those whole numbers again: the float32 values
/// of an Image are off by up to 1e-5 levels. Thread-safe.
[[nodiscard]] RealPlane realLevels(const Image& image, int channel);

/// Rounds levels to whole ones and clips them to 0…255 (see nearestLevel()), and makes them a channel of the image,
/// which has their size. Sets its bitDepth to 8.
void takeLevels(Image& image, int channel, const RealPlane& levels);

/// Divides both sides by `factor` by the weights of a rule alone, in float64; nothing is rounded or clamped.
///
/// - Pillow: rows first, weights at the border scaled to the sum 1.
/// - Matlab: columns first, the edge pixel repeated beyond the border, as in the benchmark sets.
/// - Bilinear: the two pixels of each axis around the centre of the target pixel.
///
/// Both sides must be multiples of `factor`, which is at least 1. Thread-safe.
[[nodiscard]] RealPlane reduceReal(const RealPlane& plane, int factor, Reduction reduction);

}  // namespace lamscope
