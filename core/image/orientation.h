// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "image/image.h"

namespace lamscope {

/// Turns and mirrors an image as the orientation 1…8 of TIFF and EXIF asks viewers to. 1: unchanged; 2: mirrored left
/// to right; 3: turned by 180 degrees; 4: mirrored top to bottom; 5 and 7: mirrored at a diagonal; 6: turned by 90
/// degrees clockwise; 8: turned by 90 degrees counterclockwise. Pixels are moved, never interpolated. Throws
/// Error(InvalidArgument) for another number.
[[nodiscard]] Image oriented(const Image& image, int orientation);

/// What oriented() does, e.g. "turned by 90 degrees clockwise"; empty for 1. Throws as oriented().
[[nodiscard]] std::string_view orientationText(int orientation);

}  // namespace lamscope
