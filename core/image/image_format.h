// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace lamscope {

// Private to the library of image files: what the headers of an image file say. OpenCV decodes the pixels but returns
// part of a truncated picture as if it were whole, and hides what transparency meant.

enum class ImageFormat { Png, Jpeg, Tiff, Bmp, WebP, Unknown };

/// The format by the first bytes.
[[nodiscard]] ImageFormat imageFormat(std::span<const std::byte> file);

/// The format's usual name, e.g. "PNG".
[[nodiscard]] std::string imageFormatName(ImageFormat format);

/// What the headers say. Sizes are 0 where the format's own limit makes them uninteresting (WebP).
struct ImageHeader {
    std::int64_t width = 0;
    std::int64_t height = 0;
    std::string unsupported;    ///< why the pixels cannot be read ("has 32 bits per channel"), else empty
    bool truncated = false;     ///< the file ends before its last part
    bool alphaApplied = false;  ///< colours come multiplied by alpha from the decoder (TIFF)
    bool alphaUnused = false;   ///< a fourth channel without meaning (BMP)
    bool alphaIgnored = false;  ///< grey with transparency that the decoder ignores (PNG, TIFF)
    bool morePages = false;     ///< more images follow (TIFF)
    bool minIsWhite = false;    ///< 16-bit grey with 0 for white, not inverted by the decoder (TIFF)
};

/// Reads the headers of a file of a known format, without trusting any number in it.
[[nodiscard]] ImageHeader readImageHeader(ImageFormat format, std::span<const std::byte> file);

}  // namespace lamscope
