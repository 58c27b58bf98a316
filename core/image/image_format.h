// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace lamscope {

// Private to the library of image files: what the headers of an image file say. OpenCV decodes the pixels but returns
// part of a truncated picture as if it were whole, and hides what transparency meant.

enum class ImageFormat { Png, Jpeg, Tiff, Bmp, WebP, Pnm, Pfm, Unknown };

/// The format by the first bytes.
[[nodiscard]] ImageFormat imageFormat(std::span<const std::byte> file);

/// The format's usual name, e.g. "PNG".
[[nodiscard]] std::string imageFormatName(ImageFormat format);

/// A format that is known by name alone.
struct ForeignFormat {
    std::string_view name;    ///< with its article, e.g. "a GIF image"
    std::string_view remedy;  ///< what to do with it
};

/// What a file is that is not read, by its first bytes; nullopt where they say nothing.
[[nodiscard]] std::optional<ForeignFormat> foreignFormat(std::span<const std::byte> file);

/// What the headers say. Sizes are 0 where the format's own limit makes them uninteresting (WebP).
struct ImageHeader {
    std::int64_t width = 0;
    std::int64_t height = 0;
    std::string unsupported;      ///< why the pixels cannot be read ("has 32 bits per channel"), else empty
    bool truncated = false;       ///< the file ends before its last part
    bool endMissing = false;      ///< only the marker of the end is absent; all scans have begun (JPEG)
    bool alphaApplied = false;    ///< colours come multiplied by alpha from the decoder (TIFF)
    bool alphaUnused = false;     ///< a fourth channel without meaning (BMP, TIFF)
    bool alphaIgnored = false;    ///< grey with transparency that the decoder ignores (PNG)
    bool coloursAssumed = false;  ///< nothing says that the first three channels are R, G and B (TIFF)
    int channels = 0;             ///< grey or R, G, B, then alpha where there is one (TIFF; otherwise 0)
    int bandsLeftOut = 0;         ///< further channels (TIFF)
    bool plainSamples = false;    ///< decoded by readTiffSamples(): OpenCV refuses these or mixes their channels up
    bool morePages = false;       ///< more images follow (TIFF)
    bool minIsWhite = false;      ///< grey with 0 for white, not inverted by the decoder (TIFF)
    int maxLevel = 0;             ///< the level that is white, 1…65535 (PNM); 0: the largest of the type
    int orientation = 1;          ///< EXIF's 1…8, which is not applied; 1: as stored
    int appliedOrientation = 1;   ///< TIFF's own 1…8, which is
};

/// Reads the headers of a file of a known format, without trusting any number in it.
[[nodiscard]] ImageHeader readImageHeader(ImageFormat format, std::span<const std::byte> file);

}  // namespace lamscope
