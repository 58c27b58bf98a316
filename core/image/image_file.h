// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "image/image.h"

namespace lamscope {

/// An image from a file, and what the user should know about how it was read.
struct LoadedImage {
    Image image;
    std::vector<std::string> warnings;  ///< whole sentences that name the file; empty when nothing was changed
    /// What its EXIF data ask viewers to do and was not done, see oriented(); 1: nothing. Otherwise the last warning
    /// says so.
    int orientation = 1;
};

/// The largest image that is read: 2^28 pixels (16384 x 16384).
inline constexpr long long maxImagePixels = 1LL << 28;

/// What becomes of the orientation that cameras note in EXIF data.
enum class ExifOrientation {
    Ignored,  ///< the pixels come as they are stored, and a warning says that the file asks for more
    Applied,  ///< the image is turned as oriented() does
};

/// Reads a PNG, JPEG, TIFF, BMP, WebP, PNM (PBM, PGM, PPM) or PFM image, or a NumPy array, told apart by content, not
/// by name. Sets `file` and `bitDepth` (8, 16, or 32 for arrays and floating-point images).
///
/// - Values: level / 255 or level / 65535 (PNM: level / maximum); floating-point numbers as they are, nominal range
///   [0, 1]. Colour profiles and gamma are not applied.
/// - Grey is repeated to three planes; palettes and fewer than 8 bits are expanded to 8 bits.
/// - Transparency is composited on black, and a warning says so (or that it was ignored, as it is in some grey files).
///   Channels that are neither colour nor transparency are left out, and a warning says so.
/// - The orientation tag of TIFF itself is applied.
/// - A JPEG file whose end is there but whose inside is damaged is shown as far as it can be decoded. One that lacks
///   nothing but the marker of its end is read, with a warning.
/// - TIFF: 8 or 16-bit unsigned integers, or floating-point numbers of 16, 32 or 64 bits.
/// - Arrays (.npy): float16, float32, float64, uint8 (255 is 1) or uint16 (65535 is 1) of shape 3 x h x w, h x w x 3
///   (3 x h x 3 counts as the former), h x w, h x w x 1, or 1 x any of these.
///
/// Throws Error(BadFile), naming the file, what was found and what to do: no such file, a folder, empty, truncated or
/// damaged, a text file, the pointer of Git LFS in place of the file, no known image format (GIF, HEIC, AVIF, OpenEXR,
/// JPEG XL, JPEG 2000 and others are named), CMYK or CIELAB colours and others that are neither grey nor RGB, 32-bit
/// integers, more than maxImagePixels; arrays with another shape or type; floating-point values that are not finite or
/// outside [-0.01, 1.01]. Throws Error(OutOfMemory) when the image does not fit into memory. Thread-safe.
[[nodiscard]] LoadedImage readImage(const std::filesystem::path& path,
                                    ExifOrientation orientation = ExifOrientation::Ignored);

/// Writes a PNG (.png) or TIFF (.tif, .tiff) file, by the name's extension, with 8 or 16 bits per channel, three
/// channels; whole or not at all. Values are clamped to [0, 1] and rounded to the nearest level (nearestLevel).
///
/// Throws Error(InvalidArgument) for another extension or bit depth or for an empty image, Error(WriteFailed) when the
/// file cannot be written (see writeFileAtomically). Thread-safe.
void writeImage(const std::filesystem::path& path, const Image& image, int bitDepth = 8);

/// The bytes of the PNG file that writeImage would write. Throws Error(InvalidArgument) for another bit depth than 8 or
/// 16 or for an empty image. Thread-safe.
[[nodiscard]] std::vector<std::byte> encodePng(const Image& image, int bitDepth = 8);

}  // namespace lamscope
