// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/bmp_header.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "base/byte_reader.h"
#include "image/image_headers.h"

namespace lamscope::detail {

BmpLayout bmpLayout(std::span<const std::byte> file) {
    constexpr std::uint64_t fileHeaderSize = 14;
    constexpr std::uint64_t oldHeaderSize = 12;
    constexpr std::uint64_t shortestHeaderSize = 36;  // to the number of colours; usually 40 and more
    constexpr std::uint64_t masksOffset = 54;         // within later headers and behind the usual one alike
    BmpLayout layout;
    ByteReader reader(file, false);
    layout.dataOffset = reader.u32(10);
    const auto headerSize = reader.u32(fileHeaderSize);
    std::uint64_t stated = 0;
    if (headerSize == oldHeaderSize) {
        layout.width = static_cast<std::int64_t>(reader.u16(18));
        layout.height = static_cast<std::int64_t>(reader.u16(20));
        layout.bits = reader.u16(24);
        layout.paletteEntry = 3;
    } else {
        // Both numbers are signed. A negative height means that the rows are stored from the top.
        layout.width = static_cast<std::int32_t>(reader.u32(18));
        const std::int64_t height = static_cast<std::int32_t>(reader.u32(22));
        layout.height = std::abs(height);
        layout.fromTop = height < 0;
        layout.bits = reader.u16(28);
        layout.compression = reader.u32(30);
        stated = reader.u32(46);
    }
    layout.damaged = headerSize != oldHeaderSize && headerSize < shortestHeaderSize;
    layout.paletteOffset = fileHeaderSize + headerSize;
    if (layout.bits <= 8) {
        const auto most = std::uint64_t{1} << layout.bits;
        layout.paletteSize = stated == 0 ? most : std::min(stated, most);
    }
    if (layout.compression == BmpLayout::BitFields) {
        // A fourth channel is transparency only where a mask says so, in headers of version 3 (56 bytes) and above.
        const std::size_t count = headerSize >= 56 ? 4 : 3;
        for (std::size_t i = 0; i < count; ++i) {
            layout.masks.at(i) = static_cast<std::uint32_t>(reader.u32(masksOffset + 4 * i));
        }
    } else if (layout.bits == 16) {
        layout.masks = {0x7C00, 0x03E0, 0x001F, 0};
    } else if (layout.bits == 32) {
        layout.masks = {0x00FF0000, 0x0000FF00, 0x000000FF, 0};
    }
    layout.beyondEnd =
        reader.beyondEnd() || layout.paletteOffset + layout.paletteSize * layout.paletteEntry > file.size();
    return layout;
}

ImageHeader readBmpHeader(std::span<const std::byte> file) {
    constexpr std::int64_t longestSide = std::int64_t{1} << 28;
    const auto layout = bmpLayout(file);
    const bool plain = layout.compression == BmpLayout::Plain || layout.compression == BmpLayout::BitFields;
    ImageHeader header;
    header.width = layout.width;
    header.height = layout.height;
    header.alphaUnused = layout.masks[3] == 0;
    header.truncated = layout.beyondEnd;
    if (layout.damaged || layout.width <= 0 || layout.height <= 0) {
        header.unsupported = "has a damaged header";
    } else if (plain && layout.width <= longestSide && layout.height <= longestSide) {
        header.truncated |=
            layout.dataOffset + layout.rowBytes() * static_cast<std::uint64_t>(layout.height) > file.size();
    }
    return header;
}

}  // namespace lamscope::detail
