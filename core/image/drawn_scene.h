// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "image/image.h"

namespace lamscope {

/// Sides of a drawn scene, pixels.
inline constexpr int smallestDrawnScene = 32;
inline constexpr int largestDrawnScene = 8192;

/// A drawn HR test scene for machines without photographs: a façade under a sky with soft clouds; its rows of windows
/// and slats become finer upwards. RGB, side x side pixels, values on the 8-bit grid, the same on every machine.
/// Throws Error(InvalidArgument) unless side is smallestDrawnScene…largestDrawnScene.
[[nodiscard]] Image drawScene(int side = 256);

}  // namespace lamscope
