// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>

#include "image/image.h"
#include "vectors.h"

namespace lamscope::scenes {

/// One of the samples that a pixel averages: its place in the picture, and two numbers in [0, 1) that are spread evenly
/// over the samples of a pixel. Soft light takes its directions from these numbers. Every pixel therefore averages the
/// same set of directions and shows no noise.
struct Sample {
    Vec2 place;  ///< in pixels from the top left corner of the picture
    Vec2 light;
};

/// The light that a sample receives: linear RGB; 1 is a white surface in full light.
using Radiance = std::function<Rgb(const Sample&)>;

/// How light becomes a picture.
struct Film {
    double exposure = 1.0;
    double vignette = 0.25;  ///< share of the light that the corners lose, 0 to 1
    double grain = 0.006;    ///< standard deviation of the sensor noise in mid grey, for values in [0, 1]
    std::uint32_t seed = 0;
};

/// The mean of 5 x 5 samples for each pixel of a picture of side x side pixels; not encoded, not clamped.
[[nodiscard]] Image averageSamples(int side, const Radiance& radiance);

/// A picture of side x side pixels as a camera would take it: exposed, darkened towards the corners, bright parts
/// rolled off, encoded as sRGB, with sensor noise, on the 8-bit grid. Equal arguments give equal bytes.
[[nodiscard]] Image photograph(int side, const Radiance& radiance, const Film& film);

}  // namespace lamscope::scenes
