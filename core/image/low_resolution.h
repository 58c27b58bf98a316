// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "image/image.h"

namespace lamscope {

/// The rule by which LR images are made from HR images.
enum class Reduction {
    Pillow,    ///< Pillow's antialiased bicubic, as in the demo of the LAM authors
    Matlab,    ///< MATLAB's antialiased bicubic, as in the benchmark sets of the field
    Bilinear,  ///< OpenCV's bilinear without antialiasing, as in the code of the FAIG authors: means of 2x2 at x2
};

/// All rules, in the order in which they are offered.
inline constexpr std::array reductions{Reduction::Pillow, Reduction::Matlab, Reduction::Bilinear};

[[nodiscard]] std::string_view toString(Reduction reduction);
/// The names of `reductions`, "pillow, matlab, bilinear", for help texts and messages.
[[nodiscard]] std::string reductionNames();
/// Throws Error(InvalidArgument) listing the known names.
[[nodiscard]] Reduction reductionFromString(std::string_view name);

/// An LR image with its HR image. The sides of the HR image are exactly `scale` times the sides of the LR image.
struct LowResolutionPair {
    Image lr;
    Image hr;
    /// The rain that a degradation added to `hr` before anything was clipped, amplitude included, [0, 1], the same in
    /// all colours; empty without rain.
    Image rain{};
};

/// Crops `hr` to multiples of `scale` (the top-left part) and reduces it, rounded to 8 bits. Throws
/// Error(InvalidArgument) when a side is below `scale`.
[[nodiscard]] LowResolutionPair makeLowResolution(const Image& hr, int scale, Reduction reduction);

}  // namespace lamscope
