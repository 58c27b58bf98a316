// SPDX-License-Identifier: GPL-3.0-or-later
// Synthetic rain: streaks made of noise, motion blur and a stretch of the values, as in the code of Gu et al.
// (arXiv 2305.15134; docs/restoration.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/portable_random.h"
#include "image/real_plane.h"
#include "image/recipe_number.h"

namespace lamscope {

/// From what the rain of each image is drawn.
struct RainRange {
    std::string name{};               ///< "small", "medium", "large", or the path of the file that states it
    RecipeNumber quantity{};          ///< of drops: quantity / 256 percent of the pixels start one
    std::vector<int> kernelWidths{};  ///< of the streaks' blur, pixels, odd; 1: none
    RecipeNumber length{};            ///< of the streak kernel, whole pixels; see rainLayer() for a streak's own
    RecipeNumber angle{};             ///< degrees from vertical, positive leans counter-clockwise

    friend bool operator==(const RainRange&, const RainRange&) = default;
};

/// The rain of one image. Names and units as in RainRange.
struct DrawnRain {
    double quantity = 250.0;
    int kernelWidth = 5;
    int length = 30;
    double angle = 0.0;

    friend bool operator==(const DrawnRain&, const DrawnRain&) = default;
};

/// A layer of rain before it is added to an image, row-major.
struct RainLayer {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> levels{};  ///< 0…255, the brightest pixel 255; all 0 where no drop fell
    std::size_t drops = 0;               ///< pixels that start a streak
};

/// The built-in ranges small, medium and large, as remembered from the paper's table; not compared with it.
[[nodiscard]] std::span<const RainRange> rainRanges();

/// The built-in range of that name, or the range that a file states:
///   {"quantity": [200, 300], "kernel_width": [3, 5, 7], "length": [20, 40], "angle": [-30, 30]}
/// with quantity 0…25600, odd widths 1…99, whole lengths 2…99, angles -90…90. All four fields are needed.
/// Throws Error: InvalidArgument for a word that is neither a built-in name nor ends in .json; BadFile, naming the
/// file, what was found and what is possible.
[[nodiscard]] RainRange rainRangeNamed(const std::string& nameOrFile);

/// Draws the rain of one image: u(0) of "rain.quantity", "rain.width", "rain.length" and "rain.angle" with the keys
/// WHAT/SEED/STEM of PortableRandom. Quantity and angle are uniform real numbers, the length is a uniform whole number,
/// the width one of the list. A range of single values gives these.
[[nodiscard]] DrawnRain drawnRain(const RainRange& range, std::uint64_t seed, std::string_view stem);

/// A range of single values: drawnRain() returns `rain`, whatever the seed.
[[nodiscard]] RainRange rangeOf(const DrawnRain& rain, const std::string& name);

/// The nominal length of a streak in pixels: length * sqrt(2) * (1 - length / 100), at most 35.4 at a kernel of 50.
[[nodiscard]] double streakLength(int length);

/// The kernel that makes a drop a streak, length x length, not normalised: a diagonal line of ones, turned by
/// angle - 45 degrees around (length/2, length/2), scaled by 1 - length/100, and blurred by a Gaussian of
/// kernelWidth x kernelWidth whose σ OpenCV chooses. Throws Error(InvalidArgument) for a rain outside the bounds of
/// rainRangeNamed(). Thread-safe.
[[nodiscard]] RealPlane streakKernel(const DrawnRain& rain);

/// Rain of a size. Pixel n (row-major) starts a drop of brightness 256 u(n) where that is at least
/// 256 - quantity / 100; drops are correlated with the cross [[0, .1, 0], [.1, 8, .1], [0, .1, 0]], then with
/// streakKernel(), both with the border mirrored without the edge pixel twice; the result is stretched from its least
/// and greatest value to 0…255 and truncated. More drops therefore make single streaks fainter.
/// @param width, height  at least 1, in pixels.
/// @param noise  gives u(n); of an image: rainNoise().
/// Throws Error: InvalidArgument as streakKernel(), OutOfMemory. Thread-safe.
[[nodiscard]] RainLayer rainLayer(int width, int height, const DrawnRain& rain, const PortableRandom& noise);

/// The noise of an image's rain, key rain/SEED/STEM.
[[nodiscard]] PortableRandom rainNoise(std::uint64_t seed, std::string_view stem);

}  // namespace lamscope
