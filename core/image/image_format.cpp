// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/image_format.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace lamscope {
namespace {

/// Numbers at given places of a file. Places beyond the end read as 0 and are remembered.
class Reader {
public:
    explicit Reader(std::span<const std::byte> file, bool bigEndian)
        : file_(file)
        , bigEndian_(bigEndian) {}

    std::uint64_t number(std::uint64_t offset, unsigned size) {
        if (offset > file_.size() || size > file_.size() - offset) {
            beyondEnd_ = true;
            return 0;
        }
        std::uint64_t value = 0;
        for (unsigned i = 0; i < size; ++i) {
            const auto place = static_cast<std::size_t>(offset) + (bigEndian_ ? i : size - 1 - i);
            value = (value << 8U) | std::to_integer<std::uint64_t>(file_[place]);
        }
        return value;
    }

    std::uint64_t u8(std::uint64_t offset) { return number(offset, 1); }
    std::uint64_t u16(std::uint64_t offset) { return number(offset, 2); }
    std::uint64_t u32(std::uint64_t offset) { return number(offset, 4); }

    [[nodiscard]] bool beyondEnd() const { return beyondEnd_; }
    [[nodiscard]] std::uint64_t size() const { return file_.size(); }

private:
    std::span<const std::byte> file_;
    bool bigEndian_ = false;
    bool beyondEnd_ = false;
};

bool startsWith(std::span<const std::byte> file, std::string_view text, std::size_t offset = 0) {
    return file.size() >= offset + text.size()
           && std::ranges::equal(file.subspan(offset, text.size()), std::as_bytes(std::span(text)));
}

std::string unsupportedBits(std::uint64_t bits) {
    return fmt::format("has {} bits per channel, and only images of up to 8 or of 16 are read", bits);
}

ImageHeader readPngHeader(std::span<const std::byte> file) {
    ImageHeader header;
    Reader reader(file, true);
    header.width = static_cast<std::int64_t>(reader.u32(16));
    header.height = static_cast<std::int64_t>(reader.u32(20));
    const auto colourType = reader.u8(25);
    constexpr std::uint64_t grey = 0;
    header.truncated = true;
    for (std::uint64_t offset = 8; offset + 12 <= file.size();) {
        const auto length = reader.u32(offset);
        const auto place = static_cast<std::size_t>(offset) + 4;
        header.alphaIgnored |= startsWith(file, "tRNS", place) && colourType == grey;
        offset += 12 + length;
        if (startsWith(file, "IEND", place)) {
            header.truncated = offset > file.size();
            break;
        }
    }
    return header;
}

/// True for the markers of JPEG that begin a frame (SOF0 to SOF15 but for DHT, JPG and DAC).
bool isJpegFrame(std::uint64_t marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

ImageHeader readJpegHeader(std::span<const std::byte> file) {
    ImageHeader header;
    header.truncated = true;
    Reader reader(file, true);
    std::uint64_t offset = 2;
    while (offset + 2 <= file.size()) {
        if (reader.u8(offset) != 0xFF) {
            ++offset;  // compressed data, or rubbish between segments that decoders skip
            continue;
        }
        const auto marker = reader.u8(offset + 1);
        if (marker == 0xFF) {
            ++offset;
        } else if (marker == 0xD9) {
            header.truncated = false;
            break;
        } else if (marker == 0 || marker == 1 || (marker >= 0xD0 && marker <= 0xD8)) {
            offset += 2;
        } else {
            if (isJpegFrame(marker) && header.width == 0) {
                header.height = static_cast<std::int64_t>(reader.u16(offset + 5));
                header.width = static_cast<std::int64_t>(reader.u16(offset + 7));
                if (const auto bits = reader.u8(offset + 4); bits != 8) {
                    header.unsupported = unsupportedBits(bits);
                }
            }
            offset += 2 + std::max<std::uint64_t>(reader.u16(offset + 2), 2);
        }
    }
    return header;
}

ImageHeader readBmpHeader(std::span<const std::byte> file) {
    ImageHeader header;
    Reader reader(file, false);
    const auto dataOffset = reader.u32(10);
    const bool oldHeader = reader.u32(14) == 12;
    const auto bits = reader.u16(oldHeader ? 24 : 28);
    if (oldHeader) {
        header.width = static_cast<std::int64_t>(reader.u16(18));
        header.height = static_cast<std::int64_t>(reader.u16(20));
    } else {
        // Signed; a negative height means that the rows are stored from the top.
        header.width = static_cast<std::int32_t>(reader.u32(18));
        header.height = std::abs(static_cast<std::int64_t>(static_cast<std::int32_t>(reader.u32(22))));
    }
    const auto compression = oldHeader ? 0 : reader.u32(30);
    constexpr std::uint64_t plain = 0;
    constexpr std::uint64_t bitFields = 3;
    // A fourth channel is transparency only where a mask says so, in headers of version 3 (56 bytes) and above.
    const bool hasAlphaMask = compression == bitFields && reader.u32(14) >= 56 && reader.u32(66) != 0;
    header.alphaUnused = !hasAlphaMask;
    header.truncated = reader.beyondEnd();
    if (header.width > 0 && header.width <= (1 << 28) && header.height <= (1 << 28)
        && (compression == plain || compression == bitFields)) {
        const auto rowBytes = (static_cast<std::uint64_t>(header.width) * bits + 31) / 32 * 4;
        header.truncated |= dataOffset + rowBytes * static_cast<std::uint64_t>(header.height) > file.size();
    }
    return header;
}

ImageHeader readWebPHeader(std::span<const std::byte> file) {
    ImageHeader header;
    Reader reader(file, false);
    header.truncated = reader.u32(4) + 8 > file.size();
    constexpr std::uint64_t animationFlag = 2;
    if (startsWith(file, "VP8X", 12) && (reader.u8(20) & animationFlag) != 0) {
        header.unsupported = "is an animation, and only still images are read";
    }
    return header;
}

/// The first directory of a TIFF file, classic or big.
class TiffDirectory {
public:
    explicit TiffDirectory(std::span<const std::byte> file)
        : reader_(file, startsWith(file, "MM"))
        , big_(reader_.u16(2) == 43) {
        const unsigned offsetSize = big_ ? 8 : 4;
        directory_ = reader_.number(big_ ? 8 : 4, offsetSize);
        count_ = reader_.number(directory_, big_ ? 8 : 2);
        const std::uint64_t limit = reader_.size() / entrySize();
        if (count_ > limit || directory_ > reader_.size()) {
            damaged_ = true;
            count_ = 0;
        }
        next_ = reader_.number(entriesStart() + count_ * entrySize(), offsetSize);
    }

    /// All values of an unsigned tag; empty if it is absent.
    std::vector<std::uint64_t> values(std::uint64_t tag) {
        for (std::uint64_t i = 0; i < count_; ++i) {
            const auto entry = entriesStart() + i * entrySize();
            if (reader_.u16(entry) != tag) {
                continue;
            }
            const unsigned size = typeSize(reader_.u16(entry + 2));
            const auto count = reader_.number(entry + 4, big_ ? 8 : 4);
            if (size == 0 || count > reader_.size() / size) {
                damaged_ = true;
                return {};
            }
            const unsigned inlineSize = big_ ? 8 : 4;
            const auto place = entry + (big_ ? 12 : 8);
            const auto start = count * size <= inlineSize ? place : reader_.number(place, inlineSize);
            std::vector<std::uint64_t> result(static_cast<std::size_t>(count));
            for (std::uint64_t k = 0; k < count; ++k) {
                result[static_cast<std::size_t>(k)] = reader_.number(start + k * size, size);
            }
            return result;
        }
        return {};
    }

    std::uint64_t value(std::uint64_t tag, std::uint64_t fallback) {
        const auto all = values(tag);
        return all.empty() ? fallback : all.front();
    }

    [[nodiscard]] bool hasNext() const { return next_ != 0; }
    [[nodiscard]] bool damaged() const { return damaged_ || reader_.beyondEnd(); }

private:
    [[nodiscard]] std::uint64_t entrySize() const { return big_ ? 20 : 12; }
    [[nodiscard]] std::uint64_t entriesStart() const { return directory_ + (big_ ? 8 : 2); }

    static unsigned typeSize(std::uint64_t type) {
        switch (type) {
            case 1:  // byte
                return 1;
            case 3:  // short
                return 2;
            case 4:  // long
                return 4;
            case 16:  // long8
                return 8;
            default:
                return 0;
        }
    }

    Reader reader_;
    bool big_ = false;
    bool damaged_ = false;
    std::uint64_t directory_ = 0;
    std::uint64_t count_ = 0;
    std::uint64_t next_ = 0;
};

namespace tiff {
enum Tag : std::uint64_t {
    Width = 256,
    Height = 257,
    BitsPerSample = 258,
    Photometric = 262,
    StripOffsets = 273,
    SamplesPerPixel = 277,
    StripByteCounts = 279,
    TileOffsets = 324,
    TileByteCounts = 325,
    ExtraSamples = 338,
    SampleFormat = 339,
};
enum Photometric : std::uint64_t { MinIsWhite = 0, Rgb = 2, LogL = 32844, LogLuv = 32845 };
enum ExtraSample : std::uint64_t { UnassociatedAlpha = 2 };
}  // namespace tiff

/// True when a strip or tile lies beyond the end of the file.
bool endsEarly(TiffDirectory& directory, std::uint64_t offsetsTag, std::uint64_t countsTag, std::uint64_t fileSize) {
    const auto offsets = directory.values(offsetsTag);
    const auto counts = directory.values(countsTag);
    for (std::size_t i = 0; i < std::min(offsets.size(), counts.size()); ++i) {
        if (offsets[i] > fileSize || counts[i] > fileSize - offsets[i]) {
            return true;
        }
    }
    return false;
}

ImageHeader readTiffHeader(std::span<const std::byte> file) {
    ImageHeader header;
    TiffDirectory directory(file);
    header.width = static_cast<std::int64_t>(std::min<std::uint64_t>(directory.value(tiff::Width, 0), 1U << 31U));
    header.height = static_cast<std::int64_t>(std::min<std::uint64_t>(directory.value(tiff::Height, 0), 1U << 31U));
    const auto bits = directory.value(tiff::BitsPerSample, 1);
    const auto photometric = directory.value(tiff::Photometric, tiff::Rgb);
    const auto samples = directory.value(tiff::SamplesPerPixel, 1);
    constexpr std::uint64_t unsignedIntegers = 1;
    constexpr std::uint64_t floatingPoint = 3;
    const auto sampleFormat = directory.value(tiff::SampleFormat, unsignedIntegers);
    if (sampleFormat == floatingPoint || photometric == tiff::LogL || photometric == tiff::LogLuv) {
        header.unsupported =
            "has floating-point channels, and only integers of 8 or 16 bits are read (floating-point images can be "
            "given as .npy arrays)";
    } else if (sampleFormat != unsignedIntegers && sampleFormat != 4) {
        header.unsupported = "has signed or complex channels, and only unsigned integers of 8 or 16 bits are read";
    } else if (bits > 8 && bits != 16) {
        header.unsupported = unsupportedBits(bits);
    } else if (bits == 16 && photometric > tiff::Rgb) {
        header.unsupported = "has 16 bits per channel in another colour model than grey or RGB";
    } else if (bits == 16 && samples != 1 && samples != 3 && samples != 4) {
        header.unsupported = fmt::format("has {} channels of 16 bits, and only 1, 3 or 4 are read", samples);
    }
    header.minIsWhite = bits == 16 && photometric == tiff::MinIsWhite;
    // libtiff multiplies 8-bit colours by an alpha that is not yet applied, and leaves one that is.
    header.alphaApplied = bits < 16 || directory.value(tiff::ExtraSamples, 0) != tiff::UnassociatedAlpha;
    header.alphaIgnored = samples == 2;
    header.morePages = directory.hasNext();
    header.truncated = endsEarly(directory, tiff::StripOffsets, tiff::StripByteCounts, file.size())
                       || endsEarly(directory, tiff::TileOffsets, tiff::TileByteCounts, file.size())
                       || directory.damaged();
    return header;
}

}  // namespace

ImageFormat imageFormat(std::span<const std::byte> file) {
    using namespace std::string_view_literals;
    if (startsWith(file, "\x89PNG\r\n\x1a\n"sv)) {
        return ImageFormat::Png;
    }
    if (startsWith(file, "\xff\xd8\xff"sv)) {
        return ImageFormat::Jpeg;
    }
    if (startsWith(file, "II\x2a\0"sv) || startsWith(file, "MM\0\x2a"sv) || startsWith(file, "II\x2b\0"sv)
        || startsWith(file, "MM\0\x2b"sv)) {
        return ImageFormat::Tiff;
    }
    if (startsWith(file, "RIFF"sv) && startsWith(file, "WEBP"sv, 8)) {
        return ImageFormat::WebP;
    }
    if (startsWith(file, "BM"sv) && file.size() >= 26) {
        return ImageFormat::Bmp;
    }
    return ImageFormat::Unknown;
}

std::string imageFormatName(ImageFormat format) {
    switch (format) {
        case ImageFormat::Png:
            return "PNG";
        case ImageFormat::Jpeg:
            return "JPEG";
        case ImageFormat::Tiff:
            return "TIFF";
        case ImageFormat::Bmp:
            return "BMP";
        case ImageFormat::WebP:
            return "WebP";
        case ImageFormat::Unknown:
            break;
    }
    return "unknown";
}

ImageHeader readImageHeader(ImageFormat format, std::span<const std::byte> file) {
    switch (format) {
        case ImageFormat::Png:
            return readPngHeader(file);
        case ImageFormat::Jpeg:
            return readJpegHeader(file);
        case ImageFormat::Tiff:
            return readTiffHeader(file);
        case ImageFormat::Bmp:
            return readBmpHeader(file);
        case ImageFormat::WebP:
            return readWebPHeader(file);
        case ImageFormat::Unknown:
            break;
    }
    return {};
}

}  // namespace lamscope
