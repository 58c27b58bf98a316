// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "image/image.h"
#include "method/lam/lam.h"

namespace lamscope {

/// What each value of an LR image contributes to a number of its SR, wherever that comes from. Plain data.
struct Attribution {
    int width = 0;
    int height = 0;
    int colours = 3;               ///< 3: RGB. 1: the contribution of a pixel, its colours together
    std::vector<double> values{};  ///< colours x height x width, planar, signed

    /// Σ over the colours, height x width.
    [[nodiscard]] std::vector<double> ofPixels() const;
};

[[nodiscard]] Attribution attributionOf(const LamResult& result);

/// |Σ_RGB a| divided by its maximum; all 0 where that is 0.
[[nodiscard]] std::vector<double> mapOf(const Attribution& attribution);

/// An attribution that a file gives for a part of an LR image.
struct AttributionFile {
    Attribution attribution;
    int block = 1;  ///< side of the blocks of LR pixels that the file has a value for; 1: pixels
};

/// Reads a NumPy array: 3 x h x w or h x w, where h x w are the sides of the context or of the whole LR image, of which
/// the context is cut out; or one value a block of the LR image, rows x columns of a grid from its top left corner, as
/// causal effects have. A block's value is spread evenly over its pixels. Of several sides of blocks that make so many
/// rows and columns it is the smallest that divides both sides of the image, or else the smallest.
///
/// @param context LR pixels of the whole image.
/// Throws Error: as readNpy(), and BadFile for another shape and for a value that is not finite.
[[nodiscard]] AttributionFile readAttribution(const std::filesystem::path& file, const Rect& context, int lrWidth,
                                              int lrHeight);

}  // namespace lamscope
