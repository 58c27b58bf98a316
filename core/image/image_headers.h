// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "image/image_format.h"

namespace lamscope::detail {

// Private to the library of image files: one reader of headers for each format, see ImageFormat.

[[nodiscard]] ImageHeader readPngHeader(std::span<const std::byte> file);
[[nodiscard]] ImageHeader readJpegHeader(std::span<const std::byte> file);
[[nodiscard]] ImageHeader readTiffHeader(std::span<const std::byte> file);
[[nodiscard]] ImageHeader readBmpHeader(std::span<const std::byte> file);
[[nodiscard]] ImageHeader readWebPHeader(std::span<const std::byte> file);
/// For PBM, PGM and PPM files.
[[nodiscard]] ImageHeader readPnmHeader(std::span<const std::byte> file);
[[nodiscard]] ImageHeader readPfmHeader(std::span<const std::byte> file);

/// The bytes of the file from `offset` on: `length` of them, or fewer at the file's end.
[[nodiscard]] std::span<const std::byte> part(std::span<const std::byte> file, std::uint64_t offset,
                                              std::uint64_t length);

/// The orientation 1…8 that EXIF data state; 1 if they state none or are damaged. `exif` begins with a TIFF header.
[[nodiscard]] int exifOrientation(std::span<const std::byte> exif);

[[nodiscard]] std::string unsupportedBits(std::uint64_t bits);

}  // namespace lamscope::detail
