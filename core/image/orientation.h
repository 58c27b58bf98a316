// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "image/image.h"

namespace lamscope {

/// Turns and mirrors an image as the orientation 1…8 of TIFF and EXIF asks viewers to: 1 leaves it, 3 turns it by 180
/// degrees, 6 by 90 degrees clockwise, 8 by 90 degrees counterclockwise, 2, 4, 5 and 7 mirror, too. Pixels are moved,
/// never interpolated. Throws Error(InvalidArgument) for another number.
[[nodiscard]] Image oriented(const Image& image, int orientation);

/// What oriented() does, e.g. "turned by 90 degrees clockwise"; empty for 1.
[[nodiscard]] std::string_view orientationText(int orientation);

}  // namespace lamscope
