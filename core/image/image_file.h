// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "image/image.h"
#include "image/image_reading.h"

namespace lamscope {

/// An image from a file, with what the user should know about the reading.
struct LoadedImage {
    Image image;
    std::vector<std::string> warnings;  ///< whole sentences that name the file; empty if there is nothing to say
    std::vector<ImageOffer> offers{};   ///< what could have been asked for; the last warnings are their notes
    int levelBits = 0;  ///< 8, 10, 12 or 16 bits that the levels of a file of 16 use; 0: no such file, known, or black
};

/// The largest image that is read: 2^28 pixels (16384 x 16384).
inline constexpr long long maxImagePixels = 1LL << 28;

/// Reads a PNG, JPEG, TIFF, BMP, WebP, PNM (PBM, PGM, PPM) or PFM image, or a NumPy array. The content tells the
/// format, not the file's name. Sets `file` and `bitDepth` (8, 16, or 32 for arrays and floating-point images).
///
/// - Values: level / 255 or level / 65535 (PNM: level / maximum); floating-point numbers unchanged, nominal range
///   [0, 1]. Colour profiles and gamma are not applied; a warning names what is not sRGB. `reading` can have levels of
///   fewer bits in a file of 16 stretched.
/// - Grey is repeated to three planes. Palettes and images of fewer than 8 bits are expanded to 8 bits.
/// - Transparency is composited on black, and stretched with the colours where its levels fit the same bits; in some
///   grey files it is ignored. A warning says which.
/// - Channels that are neither colour nor transparency are left out, with a warning.
/// - The orientation tag of TIFF is always applied; `reading` concerns EXIF data.
/// - A JPEG file that has its end marker but is damaged inside is shown as far as it can be decoded. A JPEG file that
///   lacks only the end marker is read, with a warning.
/// - TIFF: 8 or 16-bit unsigned integers, or floating-point numbers of 16, 32 or 64 bits.
/// - Arrays (.npy): float16, float32, float64, uint8 (255 is 1) or uint16 (65535 is 1) of shape 3 x h x w, h x w x 3
///   (3 x h x 3 counts as 3 x h x w), h x w, h x w x 1, or 1 x any of these.
///
/// Throws Error(BadFile), naming the file, what was found and what to do, for: a missing file, a folder, an empty,
/// truncated or damaged file, a text file, a Git LFS pointer in place of the image, an unknown format (GIF, HEIC, AVIF,
/// OpenEXR, JPEG XL, JPEG 2000 and others are named), CMYK, CIELAB and other colours that are neither grey nor RGB,
/// 32-bit integers, more than maxImagePixels pixels, an array of another shape or type, floating-point values that are
/// not finite or outside [-0.01, 1.01]. Throws Error(OutOfMemory) when the image does not fit into memory. Thread-safe.
[[nodiscard]] LoadedImage readImage(const std::filesystem::path& path, const ImageReading& reading = {});

/// The same reading for files that are compared with each other: with `stretch`, levels of all of them are taken to
/// have the bits of the file that uses most. Otherwise two files could be multiplied by different factors, as an HR
/// image with a single level above 1023 and its LR image without one. Unchanged without `stretch`, for one file, and
/// where `bits` are known already; otherwise it reads all files.
/// @return nullopt when stopped, between two files.
/// Throws as readImage(). Thread-safe.
[[nodiscard]] std::optional<ImageReading> sharedReading(const ImageReading& reading,
                                                        std::span<const std::filesystem::path> files,
                                                        const std::stop_token& stop);

/// Writes a PNG (.png) or TIFF (.tif, .tiff) file with three channels of 8 or 16 bits, whole or not at all. The name's
/// extension tells the format. Values are clamped to [0, 1] and rounded by nearestLevel().
///
/// Throws Error(InvalidArgument) for another extension or bit depth or for an empty image, Error(WriteFailed) when the
/// image cannot be encoded or the file cannot be written (see writeFileAtomically). Thread-safe.
void writeImage(const std::filesystem::path& path, const Image& image, int bitDepth = 8);

/// The bytes of the PNG file that writeImage() would write. Throws Error(InvalidArgument) for another bit depth than 8
/// or 16 or for an empty image, Error(WriteFailed) when the image cannot be encoded. Thread-safe.
[[nodiscard]] std::vector<std::byte> encodePng(const Image& image, int bitDepth = 8);

}  // namespace lamscope
