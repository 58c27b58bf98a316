// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "image/real_plane.h"

namespace lamscope {

/// The side of the Gaussian kernel where nothing else is said: 2 * ceil(3 sigma) + 1 pixels.
[[nodiscard]] int gaussianSide(double sigma);

/// Correlates the plane with exp(-(x² + y²) / 2σ²), side x side, scaled to the sum 1, in float64, with the border
/// mirrored without the edge pixel twice (reflect-101). σ = 0 changes nothing.
/// @param sigma  at least 0, in pixels. @param side  odd.
/// Throws Error(OutOfMemory). Thread-safe.
void blurPlane(RealPlane& plane, double sigma, int side);

}  // namespace lamscope
