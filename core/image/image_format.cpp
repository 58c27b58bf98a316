// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/image_format.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <fmt/format.h>

#include "base/byte_reader.h"
#include "image/colour_profile.h"
#include "image/image_headers.h"

namespace lamscope {

using namespace std::string_view_literals;

namespace detail {

std::string unsupportedBits(std::uint64_t bits) {
    return fmt::format("has {} bits per channel, and only images of up to 8 or of 16 are read", bits);
}

std::span<const std::byte> part(std::span<const std::byte> file, std::uint64_t offset, std::uint64_t length) {
    const auto start = std::min<std::uint64_t>(offset, file.size());
    return file.subspan(static_cast<std::size_t>(start),
                        static_cast<std::size_t>(std::min<std::uint64_t>(length, file.size() - start)));
}

namespace {

ImageHeader readBmpHeader(std::span<const std::byte> file) {
    ImageHeader header;
    ByteReader reader(file, false);
    const auto dataOffset = reader.u32(10);
    const bool oldHeader = reader.u32(14) == 12;
    const auto bits = reader.u16(oldHeader ? 24 : 28);
    if (oldHeader) {
        header.width = static_cast<std::int64_t>(reader.u16(18));
        header.height = static_cast<std::int64_t>(reader.u16(20));
    } else {
        // Both numbers are signed. A negative height means that the rows are stored from the top.
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
    ByteReader reader(file, false);
    header.truncated = reader.u32(4) + 8 > file.size();
    constexpr std::uint64_t animationFlag = 2;
    if (hasText(file, "VP8X", 12) && (reader.u8(20) & animationFlag) != 0) {
        header.unsupported = "is an animation, and only still images are read";
    }
    constexpr std::string_view exifName("Exif\0\0", 6);  // some programs write this name into WebP files too
    for (std::uint64_t offset = 12; offset + 8 <= file.size();) {
        const auto length = reader.u32(offset + 4);
        if (hasText(file, "EXIF", static_cast<std::size_t>(offset))) {
            const auto exif = part(file, offset + 8, length);
            header.orientation = exifOrientation(hasText(exif, exifName) ? exif.subspan(exifName.size()) : exif);
        } else if (hasText(file, "ICCP", static_cast<std::size_t>(offset))) {
            header.profile = otherProfile(part(file, offset + 8, length));
        }
        offset += 8 + length + length % 2;
    }
    return header;
}

constexpr std::string_view asPng = "convert it to PNG, with an image editor or 'magick IN OUT.png'"sv;
constexpr std::string_view toUnitRange =
    "scale its values to the range 0 to 1 and save them as floating-point TIFF or as a NumPy array (.npy)"sv;
constexpr std::string_view heic = "a HEIC image, as telephones write them"sv;

/// The first bytes of a file format that people take for an image.
struct Signature {
    std::string_view bytes;
    ForeignFormat format;
};
constexpr std::array signatures{
    Signature{"GIF87a"sv, {"a GIF image", asPng}},
    Signature{"GIF89a"sv, {"a GIF image", asPng}},
    Signature{"\x76\x2f\x31\x01"sv, {"an OpenEXR image", toUnitRange}},
    Signature{"#?RADIANCE"sv, {"a Radiance HDR image", toUnitRange}},
    Signature{"#?RGBE"sv, {"a Radiance HDR image", toUnitRange}},
    Signature{"\xff\x0a"sv, {"a JPEG XL image", asPng}},
    Signature{"\0\0\0\x0cJXL \x0d\x0a\x87\x0a"sv, {"a JPEG XL image", asPng}},
    Signature{"\0\0\0\x0cjP  \x0d\x0a\x87\x0a"sv, {"a JPEG 2000 image", asPng}},
    Signature{"\xff\x4f\xff\x51"sv, {"a JPEG 2000 image", asPng}},
    Signature{"P7\n"sv, {"a PAM image", "convert it to PPM or PNG"sv}},
    Signature{"8BPS"sv, {"a Photoshop document", asPng}},
    Signature{"%PDF"sv, {"a PDF document", asPng}},
    Signature{"qoif"sv, {"a QOI image", asPng}},
    Signature{"DDS "sv, {"a DirectDraw surface", asPng}},
    Signature{"SIMPLE  ="sv, {"a FITS image", toUnitRange}},
    Signature{"\x89HDF\r\n\x1a\n"sv, {"an HDF5 file", "save one image of it as a NumPy array (.npy)"sv}},
    Signature{"MATLAB 5.0"sv, {"a MATLAB file", "save one image of it with imwrite as PNG"sv}},
    Signature{"PK\x03\x04"sv,
              {"a zip archive", "save one array of an .npz with numpy.save as .npy, or unpack the image"sv}},
};

/// HEIC, AVIF and video files consist of boxes. The first box names the kind of file by its brands.
std::optional<ForeignFormat> isoMediaFormat(std::span<const std::byte> file) {
    if (!hasText(file, "ftyp", 4)) {
        return std::nullopt;
    }
    ByteReader reader(file, true);
    const auto end = std::min<std::uint64_t>({reader.u32(0), file.size(), 256});
    const auto hasBrand = [&](std::string_view brand) {
        for (std::uint64_t offset = 8; offset + 4 <= end; offset += offset == 8 ? 8 : 4) {  // a version follows brand 1
            if (hasText(file, brand, static_cast<std::size_t>(offset))) {
                return true;
            }
        }
        return false;
    };
    if (hasBrand("avif") || hasBrand("avis")) {
        return ForeignFormat{"an AVIF image", asPng};
    }
    for (const auto brand : {"heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1"}) {
        if (hasBrand(brand)) {
            return ForeignFormat{heic, asPng};
        }
    }
    if (hasBrand("crx ")) {
        return ForeignFormat{"the raw data of a camera", asPng};
    }
    return ForeignFormat{"a video", "save one of its pictures as PNG"sv};
}

bool beginsWithPnm(std::span<const std::byte> file, char first, char last) {
    const auto kind = file.size() < 3 ? '\0' : std::to_integer<char>(file[1]);
    const auto next = file.size() < 3 ? '\0' : std::to_integer<char>(file[2]);
    return hasText(file, "P") && kind >= first && kind <= last && (next == ' ' || (next >= '\t' && next <= '\r'));
}

}  // namespace
}  // namespace detail

ImageFormat imageFormat(std::span<const std::byte> file) {
    using detail::hasText;
    if (hasText(file, "\x89PNG\r\n\x1a\n"sv)) {
        return ImageFormat::Png;
    }
    if (hasText(file, "\xff\xd8\xff"sv)) {
        return ImageFormat::Jpeg;
    }
    if (hasText(file, "II\x2a\0"sv) || hasText(file, "MM\0\x2a"sv) || hasText(file, "II\x2b\0"sv)
        || hasText(file, "MM\0\x2b"sv)) {
        return ImageFormat::Tiff;
    }
    if (hasText(file, "RIFF"sv) && hasText(file, "WEBP"sv, 8)) {
        return ImageFormat::WebP;
    }
    if (hasText(file, "BM"sv) && file.size() >= 26) {
        return ImageFormat::Bmp;
    }
    if (detail::beginsWithPnm(file, '1', '6')) {
        return ImageFormat::Pnm;
    }
    if (detail::beginsWithPnm(file, 'F', 'F') || detail::beginsWithPnm(file, 'f', 'f')) {
        return ImageFormat::Pfm;
    }
    return ImageFormat::Unknown;
}

std::optional<ForeignFormat> foreignFormat(std::span<const std::byte> file) {
    for (const auto& [bytes, format] : detail::signatures) {
        if (detail::hasText(file, bytes)) {
            return format;
        }
    }
    return detail::isoMediaFormat(file);
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
        case ImageFormat::Pnm:
            return "PNM";
        case ImageFormat::Pfm:
            return "PFM";
        case ImageFormat::Unknown:
            break;
    }
    return "unknown";
}

ImageHeader readImageHeader(ImageFormat format, std::span<const std::byte> file) {
    switch (format) {
        case ImageFormat::Png:
            return detail::readPngHeader(file);
        case ImageFormat::Jpeg:
            return detail::readJpegHeader(file);
        case ImageFormat::Tiff:
            return detail::readTiffHeader(file);
        case ImageFormat::Bmp:
            return detail::readBmpHeader(file);
        case ImageFormat::WebP:
            return detail::readWebPHeader(file);
        case ImageFormat::Pnm:
            return detail::readPnmHeader(file);
        case ImageFormat::Pfm:
            return detail::readPfmHeader(file);
        case ImageFormat::Unknown:
            break;
    }
    return {};
}

}  // namespace lamscope
