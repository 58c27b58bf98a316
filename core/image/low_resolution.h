// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "image/image.h"

namespace lamscope {

/// Whose bicubic makes LR images from HR ones.
enum class Reduction {
    Pillow,  ///< as the LAM authors' demo
    Matlab,  ///< as the field's benchmark sets
};

[[nodiscard]] std::string_view toString(Reduction reduction);
/// Throws Error(InvalidArgument) listing the known names.
[[nodiscard]] Reduction reductionFromString(std::string_view name);

/// An LR image with the HR image that it belongs to, whose sides are exactly `scale` times larger.
struct LowResolutionPair {
    Image lr;
    Image hr;
};

/// Crops `hr` to a multiple of `scale` (top left) and reduces it by antialiased bicubic (a = -0.5), rounded to 8 bits.
/// Throws Error(InvalidArgument) when a side is below `scale`.
[[nodiscard]] LowResolutionPair makeLowResolution(const Image& hr, int scale, Reduction reduction);

}  // namespace lamscope
