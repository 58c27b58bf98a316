// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "support/tiff_file.h"

namespace lamscope::test {

inline std::string bigEndian32(std::size_t value) {
    return numberBytes(value, 4, true);
}

/// EXIF data with an orientation: a TIFF directory of one entry.
inline std::string exif(int orientation, bool bigEndian) {
    const auto number = [&](std::uint64_t value, int size) { return numberBytes(value, size, bigEndian); };
    return (bigEndian ? std::string("MM\0\x2a", 4) : std::string("II\x2a\0", 4)) + number(8, 4) + number(1, 2)
           + number(0x112, 2) + number(3, 2) + number(1, 4) + number(static_cast<std::uint64_t>(orientation), 2)
           + number(0, 2) + number(0, 4);
}

/// A PNG file with one chunk more, before its pixels.
inline std::string pngWithChunk(std::string png, const std::string& type, const std::string& data) {
    std::uint32_t crc = 0xFFFFFFFFU;
    for (const char byte : type + data) {
        crc ^= static_cast<unsigned char>(byte);
        for (int bit = 0; bit < 8; ++bit) {
            crc = (crc >> 1U) ^ ((crc & 1U) != 0U ? 0xEDB88320U : 0U);
        }
    }
    return png.insert(png.find("IDAT") - 4, bigEndian32(data.size()) + type + data + bigEndian32(~crc & 0xFFFFFFFFU));
}

inline std::string pngWithExif(std::string png, const std::string& data) {
    return pngWithChunk(std::move(png), "eXIf", data);
}

}  // namespace lamscope::test
