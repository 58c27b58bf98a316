// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "image/image.h"
#include "method/restoration/restoration_measures.h"

namespace lamscope {

/// A degraded image with what it is measured against.
struct DegradedPair {
    RealImage degraded;      ///< O
    RealImage clean;         ///< B
    PixelMask mask;          ///< M
    bool isAdditive = true;  ///< false: O darkens B too much (see mostDarkened), and nothing is said of transmission
};

/// Where the degradation of an image comes from, which decides about its mask.
enum class DegradationSource {
    Recipe,  ///< the mask is where rain is above the threshold; without rain, where O differs from B by more
    Files,   ///< a rainy image and a clean one: the mask is where O is brighter by more than the threshold
};

/// @param rain       that a recipe added, see LowResolutionPair::rain; null or empty: none.
/// @param threshold  levels of 0 to 255, at least 0.
/// Throws Error(InvalidArgument) for images of different sizes. Thread-safe.
[[nodiscard]] DegradedPair degradedPair(const Image& degraded, const Image& clean, const Image* rain,
                                        DegradationSource source, double threshold = 0.0);

}  // namespace lamscope
