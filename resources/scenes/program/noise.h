// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "vectors.h"

namespace lamscope::scenes {

// Noise from integer hashes. It is equal on every machine and can be computed at any place and in any order.

/// A well mixed hash of a lattice point.
[[nodiscard]] std::uint32_t latticeHash(std::int64_t x, std::int64_t y, std::uint32_t seed);

/// Uniform in [0, 1), one number for each lattice point and seed.
[[nodiscard]] double uniform(std::int64_t x, std::int64_t y, std::uint32_t seed);

/// Nearly normal with mean 0 and variance 1: the sum of four uniform numbers (|value| < 3.5).
[[nodiscard]] double nearlyNormal(std::int64_t x, std::int64_t y, std::uint32_t seed);

/// Smooth gradient noise with one bump per unit length, values about in [-1, 1], mean 0.
[[nodiscard]] double gradientNoise(Vec2 point, std::uint32_t seed);

/// The sum of `octaves` gradient noises, values about in [-1, 1]. Each octave has twice the frequency and half the
/// strength of the octave before.
[[nodiscard]] double fractalNoise(Vec2 point, int octaves, std::uint32_t seed);

}  // namespace lamscope::scenes
