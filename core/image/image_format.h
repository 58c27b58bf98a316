// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "image/decoded_pixels.h"

namespace lamscope {

// Private to the library of image files: the list of formats, and what the headers of a file say. The headers are read
// here and not by the formats' libraries, some of which return a truncated picture as if it were whole.

/// A format that is not read, but recognised so that a message can name it.
struct ForeignFormat {
    std::string_view name;    ///< with its article, e.g. "a GIF image"
    std::string_view remedy;  ///< what to do with it
};

/// The format of a file that is not read, by the file's first bytes; nullopt if the bytes match no known format.
[[nodiscard]] std::optional<ForeignFormat> foreignFormat(std::span<const std::byte> file);

/// What the headers say. `width` and `height` are 0 for WebP: its largest image is smaller than maxImagePixels.
struct ImageHeader {
    std::int64_t width = 0;
    std::int64_t height = 0;
    std::string unsupported;      ///< why the pixels cannot be read ("has 32 bits per channel"); empty if they can
    bool truncated = false;       ///< the file ends before its last part
    bool endMissing = false;      ///< the file lacks its end marker only: all scans have begun (JPEG)
    bool alphaApplied = false;    ///< the reader returns colours multiplied by alpha (TIFF)
    bool alphaUnused = false;     ///< the fourth channel has no meaning (BMP, TIFF)
    bool alphaIgnored = false;    ///< grey with transparency that the reader ignores (PNG)
    bool coloursAssumed = false;  ///< nothing says that the first three channels are R, G and B (TIFF)
    int channels = 0;             ///< channels to decode: grey or R, G, B, and alpha if present (TIFF; otherwise 0)
    int bandsLeftOut = 0;         ///< number of further channels, which are not decoded (TIFF)
    bool plainSamples = false;   ///< the samples are read as they are stored, not made R, G, B, alpha by libtiff (TIFF)
    bool morePages = false;      ///< more images follow (TIFF)
    bool minIsWhite = false;     ///< grey with 0 for white; the reader does not invert it (TIFF)
    int maxLevel = 0;            ///< the level that is white, 1…65535 (PNM); 0: the largest level of the type
    int orientation = 1;         ///< orientation 1…8 in EXIF data; 1: as stored
    int appliedOrientation = 1;  ///< orientation 1…8 in the TIFF tag, which is always applied; 1: as stored
    std::string profile;         ///< colours other than sRGB, see otherProfile(); empty: sRGB, or nothing is said
};

/// A format that is read: one row of the list in image_format.cpp.
struct ImageFormat {
    std::string_view name;  ///< the usual one, e.g. "PNG"
    bool (*matches)(std::span<const std::byte> file);
    /// Of a file that matches. No number in the file is trusted.
    ImageHeader (*readHeader)(std::span<const std::byte> file);
    /// See image_readers.h.
    detail::AnyPixels (*readPixels)(std::span<const std::byte> file, const ImageHeader& header);
};

/// The format that the first bytes of a file show; null if it is none of the list.
[[nodiscard]] const ImageFormat* imageFormat(std::span<const std::byte> file);

}  // namespace lamscope
