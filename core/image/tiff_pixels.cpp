// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/image_readers.h"
#include "image/tiff_memory.h"
#include "image/tiff_samples.h"

namespace lamscope::detail {
namespace {

/// False where libtiff understands the file otherwise than our reader of headers, which looked at its size.
bool agrees(TIFF* tiff, const ImageHeader& header) {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width);
    TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height);
    return width > 0 && height > 0 && width == header.width && height == header.height;
}

}  // namespace

AnyPixels readTiffPixels(std::span<const std::byte> file, const ImageHeader& header) {
    std::string reason;
    TiffSource source{.bytes = file};
    const auto tiff = openTiff(source, reason);
    const auto planes = static_cast<std::uint16_t>(header.channels);
    if (!tiff || !agrees(tiff.get(), header) || !hasPlausibleBlocks(tiff.get(), planes, file.size())) {
        throw DecodeFailure(DecodeFailure::Cause::Damaged, reason);
    }
    if (header.plainSamples) {
        return readTiffSamples(tiff.get(), header.channels, reason);
    }
    return readTiffColours(tiff.get(), header.alphaUnused ? 3 : 4, reason);
}

}  // namespace lamscope::detail
