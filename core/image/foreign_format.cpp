// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>

#include "base/byte_reader.h"
#include "image/image_format.h"

namespace lamscope {

using namespace std::string_view_literals;

namespace detail {
namespace {

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

}  // namespace
}  // namespace detail

std::optional<ForeignFormat> foreignFormat(std::span<const std::byte> file) {
    for (const auto& [bytes, format] : detail::signatures) {
        if (detail::hasText(file, bytes)) {
            return format;
        }
    }
    return detail::isoMediaFormat(file);
}

}  // namespace lamscope
