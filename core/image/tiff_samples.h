// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <tiffio.h>

#include "image/image_readers.h"

namespace lamscope::detail {

// Private to the library of image files: the two ways in which readTiffPixels() decodes a file. Of the file, whose
// blocks are plausible, the first `channels` channels are meant. Both throw DecodeFailure(Damaged) with `reason`, to
// which libtiff writes.

/// 8 or 16-bit unsigned integers or floating-point numbers of 16, 32 or 64 bits, in strips or tiles, interleaved or in
/// planes, of either byte order: the values as they are stored.
[[nodiscard]] AnyPixels readTiffSamples(TIFF* tiff, int channels, const std::string& reason);

/// Any file of up to 8 bits: libtiff makes it R, G, B, or with 4 channels R, G, B, alpha. Colours are multiplied by
/// alpha, palettes and fewer bits expanded, black and white exchanged where the file has 0 for white.
[[nodiscard]] AnyPixels readTiffColours(TIFF* tiff, int channels, const std::string& reason);

}  // namespace lamscope::detail
