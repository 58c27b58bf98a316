// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>

#include "image/decoded_pixels.h"
#include "image/image_format.h"

namespace lamscope::detail {

// Private to the library of image files: one reader for each format. Each decodes a file whose header was read and has
// neither `unsupported` nor `truncated`. The orientation is not applied, and black and white are not exchanged. Throws
// DecodeFailure, with the words of the format's library, where there are some; std::bad_alloc. Thread-safe.

/// 8 or 16 bits. Palettes and fewer bits are expanded to 8.
[[nodiscard]] AnyPixels readPngPixels(std::span<const std::byte> file, const ImageHeader& header);

/// 8 bits, with accurate integer arithmetic and smooth enlargement of the colours (libjpeg's defaults). Where the end
/// marker is missing, every pixel must be there; other damage is shown as far as libjpeg can decode it.
[[nodiscard]] AnyPixels readJpegPixels(std::span<const std::byte> file, const ImageHeader& header);

/// 8 bits, 16 bits or floating-point numbers.
[[nodiscard]] AnyPixels readTiffPixels(std::span<const std::byte> file, const ImageHeader& header);

/// 8 bits. Palettes and fewer bits are expanded to 8.
[[nodiscard]] AnyPixels readBmpPixels(std::span<const std::byte> file, const ImageHeader& header);

/// 8 bits.
[[nodiscard]] AnyPixels readWebPPixels(std::span<const std::byte> file, const ImageHeader& header);

/// 8 bits, or 16 where the maximum is above 255.
[[nodiscard]] AnyPixels readPnmPixels(std::span<const std::byte> file, const ImageHeader& header);

/// Floating-point numbers.
[[nodiscard]] AnyPixels readPfmPixels(std::span<const std::byte> file, const ImageHeader& header);

}  // namespace lamscope::detail
