// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "image/image.h"
#include "method/restoration/restoration_measures.h"

namespace lamscope {

/// A degraded image with what it is measured against.
struct DegradedPair {
    RealImage degraded;     ///< O
    RealImage clean;        ///< B
    PixelMask mask;         ///< M
    double darkened = 0.0;  ///< darkenedShare() of O - B read from files; of a recipe, which is known, 0

    /// False: O darkens B too much, and nothing is said of transmission.
    [[nodiscard]] bool isAdditive() const { return darkened <= mostDarkened; }
};

/// Where the degradation of an image comes from, which decides about its mask.
enum class DegradationSource {
    Recipe,  ///< the mask is where rain is above the threshold; without rain, where O differs from B by more
    Files,   ///< a rainy image and a clean one: the mask is where their rain layer is above the threshold; without a
             ///< layer, where O is brighter by more
};

/// @param rain       that a recipe added, see LowResolutionPair::rain, or the layer of the files; null or empty: none.
/// @param threshold  levels of 0 to 255, at least 0.
/// Throws Error(InvalidArgument) for images of different sizes. Thread-safe.
[[nodiscard]] DegradedPair degradedPair(const Image& degraded, const Image& clean, const Image* rain,
                                        DegradationSource source, double threshold = 0.0);

/// restorationMoments() of the pair, without transmission where the pair is not additive. Thread-safe, as the next.
[[nodiscard]] RestorationMoments momentsOf(const DegradedPair& pair, const RealImage& restored,
                                           const RealImage* restoredClean);
/// The same of blurMoments().
[[nodiscard]] RestorationMoments blurMomentsOf(const DegradedPair& pair, double sigma);

}  // namespace lamscope
