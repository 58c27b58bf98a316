// SPDX-License-Identifier: GPL-3.0-or-later
#include <string_view>

#include "base/byte_reader.h"
#include "image/colour_profile.h"
#include "image/image_headers.h"

namespace lamscope::detail {

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

}  // namespace lamscope::detail
