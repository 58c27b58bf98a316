// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "image/image_encoders.h"
#include "image/tiff_memory.h"

namespace lamscope::detail {
namespace {

/// The first error, if there is one, is in the text that the handle was opened with.
template <typename Level>
bool writeTiffRows(TIFF* tiff, const Pixels<Level>& pixels) {
    constexpr std::uint32_t stripBytes = 8192;  // about as many as TIFF 6.0 advises
    const auto rowBytes = static_cast<std::uint32_t>(pixels.row(0).size_bytes());
    const auto rowsPerStrip =
        std::clamp(stripBytes / rowBytes, std::uint32_t{1}, static_cast<std::uint32_t>(pixels.height()));
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, static_cast<std::uint32_t>(pixels.width()));
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, static_cast<std::uint32_t>(pixels.height()));
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, static_cast<int>(8 * sizeof(Level)));
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_LZW);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_RGB);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, pixels.channels());
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, rowsPerStrip);
    TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
    TIFFSetField(tiff, TIFFTAG_PREDICTOR, PREDICTOR_HORIZONTAL);
    std::vector<Level> row;
    for (int y = 0; y < pixels.height(); ++y) {
        const auto levels = pixels.row(y);
        row.assign(levels.begin(), levels.end());  // libtiff writes the differences into it
        if (TIFFWriteScanline(tiff, row.data(), static_cast<std::uint32_t>(y), 0) < 0) {
            return false;
        }
    }
    return TIFFFlush(tiff) != 0;
}

template <typename Level>
std::vector<std::byte> encodeTiffLevels(const Pixels<Level>& pixels) {
    TiffTarget target;
    std::string reason;
    auto tiff = openTiff(target, reason);
    const bool written = tiff != nullptr && writeTiffRows(tiff.get(), pixels);
    tiff.reset();
    if (!written || !reason.empty()) {
        throwNotEncoded("TIFF", pixels.width(), pixels.height(), reason);
    }
    return std::move(target.bytes);
}

}  // namespace

std::vector<std::byte> encodeTiffFile(const Pixels<std::uint8_t>& pixels) {
    return encodeTiffLevels(pixels);
}

std::vector<std::byte> encodeTiffFile(const Pixels<std::uint16_t>& pixels) {
    return encodeTiffLevels(pixels);
}

}  // namespace lamscope::detail
