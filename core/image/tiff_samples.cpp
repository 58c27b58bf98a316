// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/tiff_samples.h"

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <tiffio.h>
#include <vector>

#include "base/half_float.h"
#include "image/image_file.h"

namespace lamscope::detail {
namespace {

/// The largest row or tile that is decoded at once, bytes.
constexpr std::uint64_t mostBlockBytes = std::uint64_t{1} << 30U;

/// A file in memory, as libtiff reads it.
class MemoryFile {
public:
    explicit MemoryFile(std::span<const std::byte> bytes)
        : bytes_(bytes) {}

    static tmsize_t read(thandle_t handle, void* target, tmsize_t size) {
        auto& file = *static_cast<MemoryFile*>(handle);
        const auto start = std::min<std::uint64_t>(file.position_, file.bytes_.size());
        const auto count = std::min<std::uint64_t>(static_cast<std::uint64_t>(size), file.bytes_.size() - start);
        if (count > 0) {
            std::memcpy(target, file.bytes_.data() + start, count);
        }
        file.position_ = start + count;
        return static_cast<tmsize_t>(count);
    }
    static tmsize_t write(thandle_t /*handle*/, void* /*source*/, tmsize_t /*size*/) { return 0; }
    static toff_t seek(thandle_t handle, toff_t offset, int whence) {
        auto& file = *static_cast<MemoryFile*>(handle);
        file.position_ = offset + (whence == SEEK_CUR ? file.position_ : whence == SEEK_END ? file.bytes_.size() : 0);
        return file.position_;
    }
    static int close(thandle_t /*handle*/) { return 0; }
    static toff_t size(thandle_t handle) { return static_cast<MemoryFile*>(handle)->bytes_.size(); }

private:
    std::span<const std::byte> bytes_;
    std::uint64_t position_ = 0;
};

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

using TiffHandle = std::unique_ptr<TIFF, decltype(&TIFFClose)>;

TiffHandle open(MemoryFile& file, std::string& reason) {
    const std::unique_ptr<TIFFOpenOptions, decltype(&TIFFOpenOptionsFree)> options(TIFFOpenOptionsAlloc(),
                                                                                   &TIFFOpenOptionsFree);
    TIFFOpenOptionsSetErrorHandlerExtR(options.get(), keepMessage, &reason);
    TIFFOpenOptionsSetWarningHandlerExtR(options.get(), ignoreWarning, nullptr);
    TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), static_cast<tmsize_t>(2 * mostBlockBytes));
    // "m" turns memory mapping off: libtiff reads blocks with MemoryFile::read().
    return {TIFFClientOpenExt("memory", "rm", &file, MemoryFile::read, MemoryFile::write, MemoryFile::seek,
                              MemoryFile::close, MemoryFile::size, nullptr, nullptr, options.get()),
            &TIFFClose};
}

struct Layout {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint16_t bits = 0;
    std::uint16_t samples = 0;
    bool floatingPoint = false;
    bool planes = false;
};

Layout layoutOf(TIFF* tiff) {
    Layout layout;
    std::uint16_t format = 0;
    std::uint16_t configuration = 0;
    TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &layout.width);
    TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &layout.height);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &layout.bits);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &layout.samples);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &format);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &configuration);
    layout.floatingPoint = format == SAMPLEFORMAT_IEEEFP;
    layout.planes = configuration == PLANARCONFIG_SEPARATE;
    return layout;
}

template <typename Stored>
Stored load(const std::byte* source) {
    Stored value;
    std::memcpy(&value, source, sizeof(Stored));
    return value;
}

/// Copies decoded samples into a picture. libtiff gives them in the byte order of the machine.
class SampleCopy {
public:
    SampleCopy(const Layout& layout, int channels)
        : layout_(layout)
        , channels_(static_cast<std::uint16_t>(channels)) {}

    /// Copies a row of `count` pixels that begins at (x, y). With separate planes, the row holds channel `plane` only.
    void row(const std::byte* source, std::uint32_t x, std::uint32_t y, std::uint32_t count, std::uint16_t plane) {
        if (pixels_.empty()) {  // only after a row could be decoded: a header may claim any size
            const int depth = layout_.floatingPoint ? CV_32F : layout_.bits == 8 ? CV_8U : CV_16U;
            pixels_.create(static_cast<int>(layout_.height), static_cast<int>(layout_.width),
                           CV_MAKETYPE(depth, channels_));
        }
        const std::uint16_t first = layout_.planes ? plane : std::uint16_t{0};
        const auto last = layout_.planes ? static_cast<std::uint16_t>(plane + 1) : channels_;
        const std::size_t sampleBytes = layout_.bits / 8U;
        const std::size_t pixelBytes = layout_.planes ? sampleBytes : sampleBytes * layout_.samples;
        for (auto channel = first; channel < last; ++channel) {
            const std::size_t place = channels_ >= 3 && channel < 3 ? 2U - channel : channel;
            const auto* from = source + (layout_.planes ? 0 : channel * sampleBytes);
            for (std::uint32_t i = 0; i < count; ++i, from += pixelBytes) {
                store(static_cast<int>(y), (x + i) * static_cast<std::size_t>(channels_) + place, from);
            }
        }
    }

    [[nodiscard]] const cv::Mat& pixels() const { return pixels_; }

private:
    void store(int y, std::size_t index, const std::byte* from) {
        if (layout_.bits == 8) {
            pixels_.ptr<std::uint8_t>(y)[index] = load<std::uint8_t>(from);
        } else if (layout_.bits == 16 && !layout_.floatingPoint) {
            pixels_.ptr<std::uint16_t>(y)[index] = load<std::uint16_t>(from);
        } else if (layout_.bits == 16) {
            pixels_.ptr<float>(y)[index] = floatFromHalf(load<std::uint16_t>(from));
        } else if (layout_.bits == 32) {
            pixels_.ptr<float>(y)[index] = load<float>(from);
        } else {
            pixels_.ptr<float>(y)[index] = static_cast<float>(load<double>(from));
        }
    }

    const Layout& layout_;
    std::uint16_t channels_;
    cv::Mat pixels_;
};

/// Bytes of a pixel in a block: of all its samples, or with separate planes of one sample.
std::uint64_t bytesOfPixel(const Layout& layout) {
    return layout.bits / 8U * (layout.planes ? 1U : std::uint64_t{layout.samples});
}

/// False if a row or tile of `bytes` bytes is too small for `pixels` pixels or too large to be decoded.
bool isPlausible(std::uint64_t bytes, std::uint64_t pixels, const Layout& layout) {
    return bytes <= mostBlockBytes && pixels <= mostBlockBytes && pixels * bytesOfPixel(layout) <= bytes;
}

/// True if each strip or tile of the first `planes` planes has a place in the file, and uncompressed ones have enough
/// bytes.
bool hasBlocks(TIFF* tiff, const Layout& layout, std::uint16_t planes, std::uint64_t fileSize) {
    const auto all = TIFFIsTiled(tiff) != 0 ? TIFFNumberOfTiles(tiff) : TIFFNumberOfStrips(tiff);
    const auto count = layout.planes ? all / layout.samples * planes : all;
    std::uint64_t stored = 0;
    for (std::uint32_t block = 0; block < count; ++block) {
        const std::uint64_t offset = TIFFGetStrileOffset(tiff, block);
        const std::uint64_t bytes = TIFFGetStrileByteCount(tiff, block);
        if (offset == 0 || offset >= fileSize || bytes == 0) {
            return false;
        }
        stored += std::min(bytes, fileSize - offset);
    }
    std::uint16_t compression = 0;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &compression);
    const auto pixels = std::uint64_t{layout.width} * layout.height * planes;
    return count > 0 && (compression != COMPRESSION_NONE || stored / bytesOfPixel(layout) >= pixels);
}

bool readRows(TIFF* tiff, const Layout& layout, std::uint16_t planes, SampleCopy& copy) {
    const auto size = TIFFScanlineSize64(tiff);
    if (!isPlausible(size, layout.width, layout)) {
        return false;
    }
    std::vector<std::byte> block(static_cast<std::size_t>(size));
    for (std::uint16_t plane = 0; plane < planes; ++plane) {
        for (std::uint32_t y = 0; y < layout.height; ++y) {
            if (TIFFReadScanline(tiff, block.data(), y, plane) < 0) {
                return false;
            }
            copy.row(block.data(), 0, y, layout.width, plane);
        }
    }
    return true;
}

bool readTiles(TIFF* tiff, const Layout& layout, std::uint16_t planes, SampleCopy& copy) {
    std::uint32_t tileWidth = 0;
    std::uint32_t tileHeight = 0;
    TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &tileWidth);
    TIFFGetField(tiff, TIFFTAG_TILELENGTH, &tileHeight);
    const auto size = TIFFTileSize64(tiff);
    const auto tilePixels = std::uint64_t{tileWidth} * tileHeight;
    // Most programs make tiles whose sides are powers of two. Such a tile can have up to four times the pixels of its
    // image.
    constexpr std::uint64_t alwaysAllowed = std::uint64_t{1} << 22U;
    const auto mostPixels = std::max(4 * std::uint64_t{layout.width} * layout.height, alwaysAllowed);
    if (tileWidth == 0 || tileHeight == 0 || tilePixels > mostPixels || !isPlausible(size, tilePixels, layout)) {
        return false;
    }
    const auto rowBytes = static_cast<std::size_t>(size / tileHeight);
    std::vector<std::byte> block(static_cast<std::size_t>(size));
    for (std::uint16_t plane = 0; plane < planes; ++plane) {
        for (std::uint64_t top = 0; top < layout.height; top += tileHeight) {
            for (std::uint64_t left = 0; left < layout.width; left += tileWidth) {
                const auto x = static_cast<std::uint32_t>(left);
                const auto y = static_cast<std::uint32_t>(top);
                if (TIFFReadTile(tiff, block.data(), x, y, 0, plane) < 0) {
                    return false;
                }
                const auto rows = std::min(tileHeight, layout.height - y);
                for (std::uint32_t row = 0; row < rows; ++row) {
                    copy.row(block.data() + row * rowBytes, x, y + row, std::min(tileWidth, layout.width - x), plane);
                }
            }
        }
    }
    return true;
}

}  // namespace

cv::Mat readTiffSamples(std::span<const std::byte> file, int channels, std::string& reason) {
    MemoryFile memory(file);
    const auto tiff = open(memory, reason);
    if (!tiff) {
        return {};
    }
    const auto layout = layoutOf(tiff.get());
    const bool known = layout.floatingPoint ? layout.bits == 16 || layout.bits == 32 || layout.bits == 64
                                            : layout.bits == 8 || layout.bits == 16;
    if (!known || layout.samples < channels || layout.width == 0 || layout.height == 0
        || layout.height > static_cast<std::uint64_t>(maxImagePixels) / layout.width) {
        return {};
    }
    const auto planes = static_cast<std::uint16_t>(layout.planes ? channels : 1);
    if (!hasBlocks(tiff.get(), layout, planes, file.size())) {
        return {};
    }
    SampleCopy copy(layout, channels);
    const bool complete = TIFFIsTiled(tiff.get()) != 0 ? readTiles(tiff.get(), layout, planes, copy)
                                                       : readRows(tiff.get(), layout, planes, copy);
    return complete ? copy.pixels() : cv::Mat();
}

}  // namespace lamscope::detail
