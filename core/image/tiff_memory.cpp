// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/tiff_memory.h"

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <exception>

namespace lamscope::detail {
namespace {

/// The largest strip, row or tile that is decoded at once, bytes.
constexpr std::uint64_t mostBlockBytes = std::uint64_t{1} << 30U;

tmsize_t readSource(thandle_t handle, void* target, tmsize_t size) {
    auto& source = *static_cast<TiffSource*>(handle);
    const auto start = std::min<std::uint64_t>(source.position, source.bytes.size());
    const auto count = std::min<std::uint64_t>(static_cast<std::uint64_t>(size), source.bytes.size() - start);
    if (count > 0) {
        std::memcpy(target, source.bytes.data() + start, count);
    }
    source.position = start + count;
    return static_cast<tmsize_t>(count);
}

tmsize_t writeNothing(thandle_t /*handle*/, void* /*content*/, tmsize_t /*size*/) {
    return 0;
}

tmsize_t readTarget(thandle_t handle, void* content, tmsize_t size) {
    auto& target = *static_cast<TiffTarget*>(handle);
    TiffSource source{.bytes = target.bytes, .position = target.position};
    const auto count = readSource(&source, content, size);
    target.position = source.position;
    return count;
}

/// Nothing may be thrown through libtiff.
tmsize_t writeTarget(thandle_t handle, void* content, tmsize_t size) noexcept {
    auto& target = *static_cast<TiffTarget*>(handle);
    const auto end = target.position + static_cast<std::uint64_t>(size);
    if (end > target.bytes.size()) {
        try {
            target.bytes.resize(static_cast<std::size_t>(end));
        } catch (const std::exception&) {
            return -1;
        }
    }
    std::memcpy(target.bytes.data() + target.position, content, static_cast<std::size_t>(size));
    target.position = end;
    return size;
}

template <typename File>
toff_t seekIn(thandle_t handle, toff_t offset, int whence) {
    auto& file = *static_cast<File*>(handle);
    file.position = offset + (whence == SEEK_CUR ? file.position : whence == SEEK_END ? file.bytes.size() : 0);
    return file.position;
}

template <typename File>
toff_t sizeOf(thandle_t handle) {
    return static_cast<File*>(handle)->bytes.size();
}

int closeNothing(thandle_t /*handle*/) {
    return 0;
}

/// Keeps the first error message of libtiff; without a handler libtiff would print its messages.
int keepMessage(TIFF* /*tiff*/, void* reason, const char* /*module*/, const char* format, va_list arguments) {
    auto& text = *static_cast<std::string*>(reason);
    if (text.empty()) {
        std::array<char, 256> buffer{};
        // NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): the caller has started the list
        std::vsnprintf(buffer.data(), buffer.size(), format, arguments);
        text = buffer.data();
    }
    return 1;
}

int ignoreWarning(TIFF* /*tiff*/, void* /*data*/, const char* /*module*/, const char* /*format*/, va_list /*list*/) {
    return 1;
}

template <typename File>
TiffHandle openFile(const char* mode, File& file, TIFFReadWriteProc read, TIFFReadWriteProc write,
                    std::string& reason) {
    const std::unique_ptr<TIFFOpenOptions, decltype(&TIFFOpenOptionsFree)> options(TIFFOpenOptionsAlloc(),
                                                                                   &TIFFOpenOptionsFree);
    TIFFOpenOptionsSetErrorHandlerExtR(options.get(), keepMessage, &reason);
    TIFFOpenOptionsSetWarningHandlerExtR(options.get(), ignoreWarning, nullptr);
    TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), static_cast<tmsize_t>(2 * mostBlockBytes));
    return {TIFFClientOpenExt("memory", mode, &file, read, write, seekIn<File>, closeNothing, sizeOf<File>, nullptr,
                              nullptr, options.get()),
            &TIFFClose};
}

/// True if each strip or tile that is meant has a place in the file, and all have as many bytes as their compression
/// needs at least.
bool haveBytes(TIFF* tiff, std::uint64_t count, std::uint64_t bitsOfImage, std::uint64_t fileSize) {
    std::uint64_t stored = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto block = static_cast<std::uint32_t>(i);
        const std::uint64_t offset = TIFFGetStrileOffset(tiff, block);
        const std::uint64_t bytes = TIFFGetStrileByteCount(tiff, block);
        if (offset == 0 || offset >= fileSize || bytes == 0) {
            return false;
        }
        stored += std::min(bytes, fileSize - offset);
    }
    std::uint16_t compression = 0;
    std::uint16_t colours = 0;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &compression);
    TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &colours);
    // Colours of YCbCr may have fewer samples than pixels.
    const bool isWhole = colours != PHOTOMETRIC_YCBCR;
    const bool plain = compression == COMPRESSION_NONE && isWhole;
    const bool packed = (compression == COMPRESSION_LZW || compression == COMPRESSION_ADOBE_DEFLATE
                         || compression == COMPRESSION_DEFLATE || compression == COMPRESSION_PACKBITS)
                        && isWhole;
    constexpr std::uint64_t mostPacked = 4096;  // LZW packs at most 2731 bytes into one, deflate 1033, packbits 64
    return count > 0 && (!plain || stored >= bitsOfImage / 8) && (!packed || stored * mostPacked >= bitsOfImage / 8);
}

/// Most programs make tiles whose sides are powers of two. Such a tile can have up to four times the pixels of its
/// image.
bool fitTheImage(TIFF* tiff, std::uint64_t imagePixels) {
    constexpr std::uint64_t alwaysAllowed = std::uint64_t{1} << 22U;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &width);
    TIFFGetField(tiff, TIFFTAG_TILELENGTH, &height);
    return width > 0 && height > 0
           && std::uint64_t{width} * height <= std::max<std::uint64_t>(4 * imagePixels, alwaysAllowed);
}

}  // namespace

TiffHandle openTiff(TiffSource& source, std::string& reason) {
    return openFile("rm", source, readSource, writeNothing, reason);  // "m": not mapped into memory
}

TiffHandle openTiff(TiffTarget& target, std::string& reason) {
    return openFile("wm", target, readTarget, writeTarget, reason);
}

bool hasPlausibleBlocks(TIFF* tiff, std::uint16_t planes, std::uint64_t fileSize) {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint16_t bits = 0;
    std::uint16_t samples = 0;
    std::uint16_t configuration = 0;
    TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width);
    TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &bits);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &samples);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &configuration);
    const bool tiled = TIFFIsTiled(tiff) != 0;
    const bool separate = configuration == PLANARCONFIG_SEPARATE;
    const std::uint64_t all = tiled ? TIFFNumberOfTiles(tiff) : TIFFNumberOfStrips(tiff);
    const auto count = separate && samples > 0 ? all / samples * planes : all;
    const auto pixels = std::uint64_t{width} * height;
    const auto bitsOfImage = pixels * bits * (separate ? planes : samples);
    return (tiled ? TIFFTileSize64(tiff) : TIFFScanlineSize64(tiff)) <= mostBlockBytes
           && (!tiled || fitTheImage(tiff, pixels)) && haveBytes(tiff, count, bitsOfImage, fileSize);
}

}  // namespace lamscope::detail
