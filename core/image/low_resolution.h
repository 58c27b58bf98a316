// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "image/image.h"

namespace lamscope {

/// The bicubic rule by which LR images are made from HR images.
enum class Reduction {
    Pillow,  ///< Pillow's, as in the demo of the LAM authors
    Matlab,  ///< MATLAB's, as in the benchmark sets of the field
};

[[nodiscard]] std::string_view toString(Reduction reduction);
/// Throws Error(InvalidArgument) listing the known names.
[[nodiscard]] Reduction reductionFromString(std::string_view name);

/// An LR image with its HR image. The sides of the HR image are exactly `scale` times the sides of the LR image.
struct LowResolutionPair {
    Image lr;
    Image hr;
};

/// Crops `hr` to multiples of `scale` (the top-left part) and reduces it by antialiased bicubic (a = -0.5), rounded to
/// 8 bits. Throws Error(InvalidArgument) when a side is below `scale`.
[[nodiscard]] LowResolutionPair makeLowResolution(const Image& hr, int scale, Reduction reduction);

}  // namespace lamscope
