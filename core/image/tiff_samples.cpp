// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/tiff_samples.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

#include "base/half_float.h"

namespace lamscope::detail {
namespace {

struct SampleLayout {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint16_t bits = 0;
    std::uint16_t samples = 0;
    bool floatingPoint = false;
    bool planes = false;

    /// Bytes of a pixel in a block: of all its samples, or with separate planes of one sample.
    [[nodiscard]] std::size_t pixelBytes() const { return bits / 8U * (planes ? std::size_t{1} : samples); }
};

SampleLayout layoutOf(TIFF* tiff) {
    SampleLayout layout;
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

/// A number of 16 bits is an integer where levels are, and half precision where floating-point numbers are.
template <typename Stored, typename Level>
Level levelOf(const std::byte* source) {
    Stored value;
    std::memcpy(&value, source, sizeof(Stored));
    if constexpr (std::is_same_v<Level, float> && std::is_same_v<Stored, std::uint16_t>) {
        return floatFromHalf(value);
    } else {
        return static_cast<Level>(value);
    }
}

/// Copies decoded samples into a picture. libtiff gives them in the byte order of the machine.
template <typename Stored, typename Level>
class SampleCopy {
public:
    SampleCopy(const SampleLayout& layout, int channels)
        : layout_(layout)
        , channels_(static_cast<std::uint16_t>(channels))
        , pixels_(layout.width, layout.height, channels) {}

    /// Copies a row of `count` pixels that begins at (x, y). With separate planes, the row holds channel `plane` only.
    void row(const std::byte* source, std::uint32_t x, std::uint32_t y, std::uint32_t count, std::uint16_t plane) {
        const auto target = pixels_.row(static_cast<int>(y)).subspan(x * std::size_t{channels_});
        const std::uint16_t first = layout_.planes ? plane : std::uint16_t{0};
        const auto last = layout_.planes ? static_cast<std::uint16_t>(plane + 1) : channels_;
        for (auto channel = first; channel < last; ++channel) {
            const auto* from = source + (layout_.planes ? 0 : channel * sizeof(Stored));
            for (std::uint32_t i = 0; i < count; ++i, from += layout_.pixelBytes()) {
                target[i * std::size_t{channels_} + channel] = levelOf<Stored, Level>(from);
            }
        }
    }

    /// The number of planes that hold the channels.
    [[nodiscard]] std::uint16_t planes() const { return layout_.planes ? channels_ : std::uint16_t{1}; }
    [[nodiscard]] const SampleLayout& layout() const { return layout_; }
    [[nodiscard]] Pixels<Level>&& pixels() && { return std::move(pixels_); }

private:
    const SampleLayout& layout_;
    std::uint16_t channels_;
    Pixels<Level> pixels_;
};

/// False if the file is damaged.
template <typename Copy>
bool readRows(TIFF* tiff, Copy& copy) {
    const auto& layout = copy.layout();
    const auto size = TIFFScanlineSize64(tiff);
    if (size < layout.width * layout.pixelBytes()) {
        return false;
    }
    std::vector<std::byte> block(static_cast<std::size_t>(size));
    for (std::uint16_t plane = 0; plane < copy.planes(); ++plane) {
        for (std::uint32_t y = 0; y < layout.height; ++y) {
            if (TIFFReadScanline(tiff, block.data(), y, plane) < 0) {
                return false;
            }
            copy.row(block.data(), 0, y, layout.width, plane);
        }
    }
    return true;
}

/// False if the file is damaged.
template <typename Copy>
bool readTiles(TIFF* tiff, Copy& copy) {
    const auto& layout = copy.layout();
    std::uint32_t tileWidth = 0;
    std::uint32_t tileHeight = 0;
    TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &tileWidth);
    TIFFGetField(tiff, TIFFTAG_TILELENGTH, &tileHeight);
    const auto size = TIFFTileSize64(tiff);
    if (size < std::uint64_t{tileWidth} * tileHeight * layout.pixelBytes()) {
        return false;
    }
    const auto rowBytes = static_cast<std::size_t>(size / tileHeight);
    std::vector<std::byte> block(static_cast<std::size_t>(size));
    for (std::uint16_t plane = 0; plane < copy.planes(); ++plane) {
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

AnyPixels readTiffSamples(TIFF* tiff, int channels, const std::string& reason) {
    const auto layout = layoutOf(tiff);
    const auto read = [&]<typename Stored, typename Level>(Stored /*stored*/, Level /*level*/) -> AnyPixels {
        SampleCopy<Stored, Level> copy(layout, channels);
        if (!(TIFFIsTiled(tiff) != 0 ? readTiles(tiff, copy) : readRows(tiff, copy))) {
            throw DecodeFailure(DecodeFailure::Cause::Damaged, reason);
        }
        return std::move(copy).pixels();
    };
    if (layout.samples < channels) {
        throw DecodeFailure(DecodeFailure::Cause::Damaged, reason);
    }
    switch (layout.bits) {
        case 8:
            return read(std::uint8_t{}, std::uint8_t{});
        case 16:
            return layout.floatingPoint ? read(std::uint16_t{}, float{}) : read(std::uint16_t{}, std::uint16_t{});
        case 32:
            return read(float{}, float{});
        case 64:
            return read(double{}, float{});
        default:
            throw DecodeFailure(DecodeFailure::Cause::Damaged, reason);
    }
}

}  // namespace lamscope::detail
