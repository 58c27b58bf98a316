// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "image/decoded_pixels.h"

namespace lamscope::detail {

// Private to the library of image files: the bytes of a file with three channels, R, G, B. They depend on the pixels
// and on the versions of the formats' libraries alone. Throw Error(WriteFailed), with the words of the library;
// std::bad_alloc. Thread-safe.

/// Packed for speed, as photographs are.
[[nodiscard]] std::vector<std::byte> encodePngFile(const Pixels<std::uint8_t>& pixels);
[[nodiscard]] std::vector<std::byte> encodePngFile(const Pixels<std::uint16_t>& pixels);

/// LZW with differences of neighbours, which every program reads.
[[nodiscard]] std::vector<std::byte> encodeTiffFile(const Pixels<std::uint8_t>& pixels);
[[nodiscard]] std::vector<std::byte> encodeTiffFile(const Pixels<std::uint16_t>& pixels);

/// Baseline JPEG with libjpeg's defaults: accurate integer arithmetic, colours at half the resolution (4:2:0), the
/// usual quantisation tables scaled to `quality`, 1…100.
[[nodiscard]] std::vector<std::byte> encodeJpegFile(const Pixels<std::uint8_t>& pixels, int quality);

/// Throws the Error.
[[noreturn]] void throwNotEncoded(const char* format, int width, int height, const std::string& reason);

}  // namespace lamscope::detail
