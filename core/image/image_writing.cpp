// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cctype>
#include <limits>

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "image/colour.h"
#include "image/image_encoders.h"
#include "image/image_file.h"

namespace lamscope {
namespace {

template <typename Level>
detail::Pixels<Level> levelsOfImage(const Image& image) {
    detail::Pixels<Level> pixels(image.width(), image.height(), Image::channels);
    for (int y = 0; y < image.height(); ++y) {
        auto* level = pixels.row(y).data();
        for (int x = 0; x < image.width(); ++x) {
            for (int channel = 0; channel < Image::channels; ++channel) {
                *level++ = static_cast<Level>(
                    nearestLevel(static_cast<double>(image.at(channel, y, x)), std::numeric_limits<Level>::max()));
            }
        }
    }
    return pixels;
}

/// @param encode takes the levels of either type.
template <typename Encode>
std::vector<std::byte> encodeImage(const Image& image, int bitDepth, const Encode& encode) {
    if (image.empty()) {
        throw Error(ErrorCode::InvalidArgument, "an empty image cannot be written");
    }
    if (bitDepth != 8 && bitDepth != 16) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("an image cannot be written with {} bits per channel; choose 8 or 16", bitDepth));
    }
    return bitDepth == 8 ? encode(levelsOfImage<std::uint8_t>(image)) : encode(levelsOfImage<std::uint16_t>(image));
}

}  // namespace

void detail::throwNotEncoded(const char* format, int width, int height, const std::string& reason) {
    throw Error(ErrorCode::WriteFailed, fmt::format("a {}x{} image could not be encoded as {}: {}", width, height,
                                                    format, reason.empty() ? "its library refused it" : reason));
}

void writeImage(const std::filesystem::path& path, const Image& image, int bitDepth) {
    auto extension = path.extension().string();
    std::ranges::transform(extension, extension.begin(),
                           [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    if (extension != ".png" && extension != ".tif" && extension != ".tiff") {
        throw Error(
            ErrorCode::InvalidArgument,
            fmt::format("'{}' cannot be written: images are written as .png, .tif or .tiff files; choose a name "
                        "that ends so",
                        path.string()));
    }
    std::vector<std::byte> content;
    try {
        content = extension == ".png"
                      ? encodePng(image, bitDepth)
                      : encodeImage(image, bitDepth, [](const auto& pixels) { return detail::encodeTiffFile(pixels); });
    } catch (const Error& error) {
        throw Error(error.code(), fmt::format("'{}' cannot be written: {}", path.string(), error.what()));
    }
    writeFileAtomically(path, content);
}

std::vector<std::byte> encodePng(const Image& image, int bitDepth) {
    return encodeImage(image, bitDepth, [](const auto& pixels) { return detail::encodePngFile(pixels); });
}

}  // namespace lamscope
