// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

#include "image/image.h"

namespace lamscope {

/// An RGB image in float64, nominal range [0, 1]. Value type.
struct RealImage {
    int width = 0;
    int height = 0;
    std::vector<double> values{};  ///< planar R, G, B: index = (channel * height + y) * width + x

    [[nodiscard]] std::size_t pixels() const { return values.size() / Image::channels; }
};

/// The values of an image. Levels of 8 bits are level / 255 to the last digit, so that differences of equal levels are
/// 0 and thresholds are sharp. Thread-safe, as are the functions below.
[[nodiscard]] RealImage realImage(const Image& image);

/// The same of what a network made, clipped to [0, 1] and not rounded to levels.
[[nodiscard]] RealImage clippedImage(const Image& output);

/// first - second. Throws Error(InvalidArgument) for images of different sizes.
[[nodiscard]] RealImage difference(const RealImage& first, const RealImage& second);

/// A Gaussian blur as of recipes, see blurPlane(): side 2 * ceil(3 sigma) + 1, reflect-101.
/// @param sigma  at least 0, in pixels.
[[nodiscard]] RealImage blurred(const RealImage& image, double sigma);

}  // namespace lamscope
