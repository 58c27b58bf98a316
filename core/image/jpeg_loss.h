// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "image/image.h"

namespace lamscope {

/// What is left of an image that was saved as JPEG and read again, in memory: rounded to 8 bits, packed by
/// libjpeg-turbo with its defaults (accurate integer arithmetic, colours at half the resolution, 4:2:0), and unpacked
/// as readImage() does. The result has bitDepth 8.
/// @param quality  1…100, in the scale of the Independent JPEG Group.
/// Throws Error(InvalidArgument) for another quality or an empty image, Error(WriteFailed) when libjpeg refuses the
/// image (a side above 65500 pixels). Thread-safe.
[[nodiscard]] Image withJpegLoss(const Image& image, int quality);

}  // namespace lamscope
