// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/jpeg_loss.h"

#include <cstdint>
#include <variant>

#include <fmt/format.h>

#include "base/error.h"
#include "image/colour.h"
#include "image/image_encoders.h"
#include "image/image_headers.h"
#include "image/image_readers.h"

namespace lamscope {

Image withJpegLoss(const Image& image, int quality) {
    constexpr int bestQuality = 100;
    if (image.empty() || quality < 1 || quality > bestQuality) {
        throw Error(
            ErrorCode::InvalidArgument,
            fmt::format("a {}x{} image cannot be packed as JPEG of quality {}; an image and a quality of 1 to {} "
                        "are needed",
                        image.width(), image.height(), quality, bestQuality));
    }
    constexpr std::uint16_t white = 255;
    detail::Pixels<std::uint8_t> pixels(image.width(), image.height(), Image::channels);
    for (int y = 0; y < image.height(); ++y) {
        auto* level = pixels.row(y).data();
        for (int x = 0; x < image.width(); ++x) {
            for (int channel = 0; channel < Image::channels; ++channel) {
                *level++ = static_cast<std::uint8_t>(nearestLevel(static_cast<double>(image.at(channel, y, x)), white));
            }
        }
    }
    const auto file = detail::encodeJpegFile(pixels, quality);
    const auto unpacked =
        std::get<detail::Pixels<std::uint8_t>>(detail::readJpegPixels(file, detail::readJpegHeader(file)));
    Image result(image.width(), image.height());
    result.file = image.file;
    result.bitDepth = 8;
    for (int y = 0; y < image.height(); ++y) {
        const auto* level = unpacked.row(y).data();
        for (int x = 0; x < image.width(); ++x) {
            for (int channel = 0; channel < Image::channels; ++channel) {
                result.at(channel, y, x) = static_cast<float>(*level++) / static_cast<float>(white);
            }
        }
    }
    return result;
}

}  // namespace lamscope
