// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace lamscope {

// Private to the library of image files: what the headers of an image file say. OpenCV decodes the pixels, but it
// returns a truncated picture as if the picture were whole, and it does not tell what transparency meant.

enum class ImageFormat { Png, Jpeg, Tiff, Bmp, WebP, Pnm, Pfm, Unknown };

/// The format that the first bytes of a file show.
[[nodiscard]] ImageFormat imageFormat(std::span<const std::byte> file);

/// The format's usual name, e.g. "PNG".
[[nodiscard]] std::string imageFormatName(ImageFormat format);

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
    bool alphaApplied = false;    ///< the decoder returns colours multiplied by alpha (TIFF)
    bool alphaUnused = false;     ///< the fourth channel has no meaning (BMP, TIFF)
    bool alphaIgnored = false;    ///< grey with transparency that the decoder ignores (PNG)
    bool coloursAssumed = false;  ///< nothing says that the first three channels are R, G and B (TIFF)
    int channels = 0;             ///< channels to decode: grey or R, G, B, and alpha if present (TIFF; otherwise 0)
    int bandsLeftOut = 0;         ///< number of further channels, which are not decoded (TIFF)
    bool plainSamples = false;    ///< readTiffSamples() decodes the file: OpenCV refuses it or mixes up its channels
    bool morePages = false;       ///< more images follow (TIFF)
    bool minIsWhite = false;      ///< grey with 0 for white; the decoder does not invert it (TIFF)
    int maxLevel = 0;             ///< the level that is white, 1…65535 (PNM); 0: the largest level of the type
    int orientation = 1;          ///< orientation 1…8 in EXIF data, which the decoder does not apply; 1: as stored
    int appliedOrientation = 1;   ///< orientation 1…8 in the TIFF tag, which is always applied; 1: as stored
    std::string profile;          ///< colours other than sRGB, see otherProfile(); empty: sRGB, or nothing is said
};

/// Reads the headers of a file of a known format. No number in the file is trusted.
[[nodiscard]] ImageHeader readImageHeader(ImageFormat format, std::span<const std::byte> file);

}  // namespace lamscope
