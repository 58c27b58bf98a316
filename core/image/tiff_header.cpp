// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "base/byte_reader.h"
#include "image/colour_profile.h"
#include "image/image_headers.h"

namespace lamscope::detail {
namespace {

/// The first directory of a TIFF or BigTIFF file.
class TiffDirectory {
public:
    explicit TiffDirectory(std::span<const std::byte> file)
        : file_(file)
        , reader_(file, hasText(file, "MM"))
        , big_(reader_.u16(2) == 43) {
        directory_ = reader_.number(big_ ? 8 : 4, offsetSize());
        count_ = reader_.number(directory_, big_ ? 8 : 2);
        const std::uint64_t limit = reader_.size() / entrySize();
        if (count_ > limit || directory_ > reader_.size()) {
            damaged_ = true;
            count_ = 0;
        }
        next_ = reader_.number(entriesStart() + count_ * entrySize(), offsetSize());
    }

    /// All values of an unsigned tag; empty if it is absent.
    std::vector<std::uint64_t> values(std::uint64_t tag) {
        const auto entry = find(tag);
        if (!entry) {
            return {};
        }
        const unsigned size = typeSize(reader_.u16(*entry + 2));
        const auto count = reader_.number(*entry + 4, offsetSize());
        if (size == 0 || count > reader_.size() / size) {
            damaged_ = true;
            return {};
        }
        const auto place = *entry + 4 + offsetSize();
        const auto start = count * size <= offsetSize() ? place : reader_.number(place, offsetSize());
        std::vector<std::uint64_t> result(static_cast<std::size_t>(count));
        for (std::uint64_t k = 0; k < count; ++k) {
            result[static_cast<std::size_t>(k)] = reader_.number(start + k * size, size);
        }
        return result;
    }

    std::uint64_t value(std::uint64_t tag, std::uint64_t fallback) {
        const auto all = values(tag);
        return all.empty() ? fallback : all.front();
    }

    /// The bytes of a tag without numbers, as far as they lie in the file; empty if it is absent.
    std::span<const std::byte> bytes(std::uint64_t tag) {
        const auto entry = find(tag);
        if (!entry) {
            return {};
        }
        const auto count = reader_.number(*entry + 4, offsetSize());
        const auto place = *entry + 4 + offsetSize();
        return part(file_, count <= offsetSize() ? place : reader_.number(place, offsetSize()), count);
    }

    [[nodiscard]] bool hasNext() const { return next_ != 0; }
    [[nodiscard]] bool damaged() const { return damaged_ || reader_.beyondEnd(); }

private:
    /// The place of a tag's entry.
    std::optional<std::uint64_t> find(std::uint64_t tag) {
        for (std::uint64_t i = 0; i < count_; ++i) {
            const auto entry = entriesStart() + i * entrySize();
            if (reader_.u16(entry) == tag) {
                return entry;
            }
        }
        return std::nullopt;
    }

    /// Bytes of a count, of an offset, and of the values that stand in the entry itself.
    [[nodiscard]] unsigned offsetSize() const { return big_ ? 8 : 4; }
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

    std::span<const std::byte> file_;
    ByteReader reader_;
    bool big_ = false;
    bool damaged_ = false;
    std::uint64_t directory_ = 0;
    std::uint64_t count_ = 0;
    std::uint64_t next_ = 0;
};

enum Tag : std::uint64_t {
    NewSubfileType = 254,
    Width = 256,
    Height = 257,
    BitsPerSample = 258,
    Photometric = 262,
    StripOffsets = 273,
    Orientation = 274,
    SamplesPerPixel = 277,
    StripByteCounts = 279,
    TileOffsets = 324,
    TileByteCounts = 325,
    ExtraSamples = 338,
    SampleFormat = 339,
    IccProfile = 34675,
};

/// What the values of a pixel mean (photometric interpretation).
enum Colours : std::uint64_t {
    MinIsWhite = 0,
    MinIsBlack = 1,
    Rgb = 2,
    Palette = 3,
    Mask = 4,
    Separated = 5,
    YCbCr = 6,
    CieLab = 8,
    IccLab = 9,
    ItuLab = 10,
    ColourFilterArray = 32803,
    LogL = 32844,
    LogLuv = 32845,
    LinearRaw = 34892,
};

enum Extra : std::uint64_t { Unspecified = 0, AssociatedAlpha = 1, UnassociatedAlpha = 2 };
enum Numbers : std::uint64_t { UnsignedIntegers = 1, FloatingPoint = 3, Untyped = 4 };

/// Why colours of this kind are not read, as the predicate of a sentence about the file; empty if they are read.
std::string unsupportedColours(std::uint64_t colours) {
    switch (colours) {
        case MinIsWhite:
        case MinIsBlack:
        case Rgb:
        case Palette:
        case YCbCr:
            return {};
        case Mask:
            return "is a transparency mask";
        case Separated:
            return "has CMYK colours (inks), which look different on every printer";
        case CieLab:
        case IccLab:
        case ItuLab:
            return "has CIELAB colours";
        case ColourFilterArray:
        case LinearRaw:
            return "holds the raw data of a camera";
        case LogL:
        case LogLuv:
            return "has floating-point channels in the lossy encoding LogLuv, and only plain ones are read";
        default:
            return fmt::format("has colours of a kind that is not read (photometric interpretation {})", colours);
    }
}

/// Why numbers of this type are not read, as the predicate of a sentence about the file; empty if they are read.
std::string unsupportedNumbers(std::uint64_t numbers, std::uint64_t bits, std::uint64_t colours) {
    if (numbers == FloatingPoint) {
        if (bits != 16 && bits != 32 && bits != 64) {
            return fmt::format("has floating-point channels of {} bits, and only those of 16, 32 or 64 are read", bits);
        }
        return colours > Rgb ? "has floating-point channels in another colour model than grey or RGB" : "";
    }
    if (numbers != UnsignedIntegers && numbers != Untyped) {
        return "has signed or complex channels, and only unsigned integers and floating-point numbers are read";
    }
    if (bits > 8 && bits != 16) {
        return unsupportedBits(bits);
    }
    return bits == 16 && colours > Rgb ? "has 16 bits per channel in another colour model than grey or RGB" : "";
}

bool allEqual(const std::vector<std::uint64_t>& values) {
    return std::ranges::adjacent_find(values, std::ranges::not_equal_to()) == values.end();
}

std::string unsupportedPixels(TiffDirectory& directory) {
    constexpr std::uint64_t reducedImage = 1;
    const auto bits = directory.values(BitsPerSample);
    const auto numbers = directory.values(SampleFormat);
    const auto colours = directory.value(Photometric, Rgb);
    if ((directory.value(NewSubfileType, 0) & reducedImage) != 0) {
        return "begins with a small preview, as the raw files of cameras do";
    }
    if (auto reason = unsupportedColours(colours); !reason.empty()) {
        return reason;
    }
    if (!allEqual(bits) || !allEqual(numbers)) {
        return "has channels of different types";
    }
    return unsupportedNumbers(numbers.empty() ? UnsignedIntegers : numbers.front(), bits.empty() ? 1 : bits.front(),
                              colours);
}

/// Sets the fields of `header` that concern channels and their decoder.
void readChannels(TiffDirectory& directory, ImageHeader& header) {
    const auto bits = directory.value(BitsPerSample, 1);
    const auto colours = directory.value(Photometric, Rgb);
    const auto samples = directory.value(SamplesPerPixel, 1);
    const auto extra = directory.value(ExtraSamples, Unspecified);
    const bool saysAlpha = extra == AssociatedAlpha || extra == UnassociatedAlpha;
    header.coloursAssumed = colours == MinIsBlack && samples >= 3 && !saysAlpha;
    const std::uint64_t colourCount = colours == Rgb || colours == YCbCr || header.coloursAssumed ? 3 : 1;
    const bool hasAlpha = saysAlpha && samples > colourCount;
    const auto meant = colourCount + (hasAlpha ? 1 : 0);
    header.bandsLeftOut = static_cast<int>(std::min<std::uint64_t>(samples - std::min(samples, meant), 65535));
    header.channels = static_cast<int>(meant);
    const bool floatingPoint = directory.value(SampleFormat, UnsignedIntegers) == FloatingPoint;
    header.plainSamples =
        floatingPoint || bits == 16
        || (bits == 8 && colours <= Rgb && (samples > 4 || header.coloursAssumed || (colourCount == 1 && samples > 1)));
    header.alphaUnused = !hasAlpha;
    // libtiff multiplies 8-bit colours by an alpha that has not been applied. The file's colours are already multiplied
    // where the alpha has been applied.
    header.alphaApplied = extra != UnassociatedAlpha || !header.plainSamples;
    header.minIsWhite = colours == MinIsWhite && header.plainSamples;
}

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

int validOrientation(std::uint64_t value) {
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
}

}  // namespace

ImageHeader readTiffHeader(std::span<const std::byte> file) {
    constexpr std::uint64_t longestSide = std::uint64_t{1} << 31U;
    ImageHeader header;
    TiffDirectory directory(file);
    header.width = static_cast<std::int64_t>(std::min(directory.value(Width, 0), longestSide));
    header.height = static_cast<std::int64_t>(std::min(directory.value(Height, 0), longestSide));
    header.unsupported = unsupportedPixels(directory);
    readChannels(directory, header);
    header.appliedOrientation = validOrientation(directory.value(Orientation, 1));
    header.profile = otherProfile(directory.bytes(IccProfile));
    header.morePages = directory.hasNext();
    header.truncated = endsEarly(directory, StripOffsets, StripByteCounts, file.size())
                       || endsEarly(directory, TileOffsets, TileByteCounts, file.size()) || directory.damaged();
    return header;
}

int exifOrientation(std::span<const std::byte> exif) {
    TiffDirectory directory(exif);
    return validOrientation(directory.value(Orientation, 1));
}

}  // namespace lamscope::detail
