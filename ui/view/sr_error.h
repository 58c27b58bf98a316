// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPoint>

#include "image/image.h"
#include "view/pyramid.h"

namespace lamscope::ui {

/// The error with the strongest colour, 8-bit levels: one scale for all networks and images, so that they compare.
inline constexpr int srErrorRange = 32;

/// SR − HR of a pixel, mean over RGB, in 8-bit levels (−255…255). The SR is clamped and rounded to 8 bits, as for PSNR.
/// The pixel must lie in both images.
[[nodiscard]] double srErrorAt(const Image& sr, const Image& hr, QPoint pixel);

/// srErrorAt() of every pixel of the SR image in diverging colours: red where SR is too bright, blue where it is too
/// dark, white where both are equal.
struct SrErrorPyramid {
    Pyramid pyramid;
};

/// @param hr  at least as large as `sr`; both have their first pixel in the same place.
[[nodiscard]] SrErrorPyramid makeSrErrorPyramid(const Image& sr, const Image& hr);

}  // namespace lamscope::ui
