// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace lamscope::detail {

// Private to the library of image files.

/// How the pixels of a BMP file are stored. Source: Microsoft, structures BITMAPCOREHEADER to BITMAPV5HEADER.
struct BmpLayout {
    enum Compression : std::uint64_t { Plain = 0, RunsOf8Bits = 1, RunsOf4Bits = 2, BitFields = 3 };

    std::int64_t width = 0;   ///< pixels; may be 0 or negative in damaged files
    std::int64_t height = 0;  ///< rows
    bool fromTop = false;     ///< the top row is stored first, otherwise the bottom row
    std::uint64_t bits = 0;   ///< of a pixel
    std::uint64_t compression = Plain;
    std::uint64_t dataOffset = 0;          ///< of the first stored row, bytes from the file's start
    std::uint64_t paletteOffset = 0;       ///< of the first colour of the palette: B, G, R
    std::uint64_t paletteEntry = 4;        ///< bytes from one colour to the next
    std::uint64_t paletteSize = 0;         ///< colours, at most 256
    std::array<std::uint32_t, 4> masks{};  ///< the bits of R, G, B, alpha in a pixel of 16 or 32 bits; 0: none
    bool damaged = false;                  ///< it has a header of no known size
    bool beyondEnd = false;                ///< the file ends within the header or the palette

    [[nodiscard]] std::uint64_t rowBytes() const { return (static_cast<std::uint64_t>(width) * bits + 31) / 32 * 4; }
};

[[nodiscard]] BmpLayout bmpLayout(std::span<const std::byte> file);

}  // namespace lamscope::detail
