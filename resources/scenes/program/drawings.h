// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "image/image.h"

namespace lamscope::scenes {

/// The side of every scene in pixels.
inline constexpr int side = 256;

// One function for each scene: RGB, side x side, on the 8-bit grid, the same bytes at every call. Stateless.

[[nodiscard]] Image drawFacade();
[[nodiscard]] Image drawBricks();
[[nodiscard]] Image drawRoof();
[[nodiscard]] Image drawStripes();
[[nodiscard]] Image drawLettering();
[[nodiscard]] Image drawFoliage();
[[nodiscard]] Image drawChart();

}  // namespace lamscope::scenes
