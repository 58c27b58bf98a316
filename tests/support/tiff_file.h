// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace lamscope::test {

/// What a TIFF file is to hold; see TIFF 6.0 for the numbers.
struct TiffOptions {
    int width = 7;
    int height = 5;
    int samples = 3;
    int bits = 8;
    int format = 1;       ///< 1: unsigned, 2: signed, 3: floating point
    int photometric = 2;  ///< 0, 1: grey, 2: RGB
    bool planes = false;  ///< each channel alone instead of interleaved
    bool bigEndian = false;
    int tile = 0;  ///< side of the tiles; 0: strips
    int rowsPerStrip = 1 << 20;
    std::vector<unsigned> extraSamples{};
    std::map<unsigned, unsigned> shortTags{};  ///< further tags of one 16-bit value
    std::string profile{};                     ///< ICC profile; empty: none
    /// The value of (channel, y, x); integers below 2^53.
    std::function<double(int channel, int y, int x)> value{};
};

/// The bits of IEEE 754's binary16 of a number that it holds exactly, neither subnormal nor infinite.
inline std::uint16_t halfBits(double value) {
    const auto narrow = static_cast<float>(value);
    std::uint32_t bits = 0;
    std::memcpy(&bits, &narrow, sizeof(bits));
    const auto sign = bits >> 16U & 0x8000U;
    return static_cast<std::uint16_t>(
        value == 0.0 ? sign : sign | ((bits >> 23U & 0xFFU) - 112U) << 10U | (bits >> 13U & 0x3FFU));
}

/// The bits in which a file stores a number.
inline std::uint64_t storedBits(double value, int bits, bool floatingPoint) {
    if (!floatingPoint) {
        return static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
    }
    if (bits == 16) {
        return halfBits(value);
    }
    std::uint64_t stored = 0;
    if (bits == 32) {
        const auto narrow = static_cast<float>(value);
        std::memcpy(&stored, &narrow, sizeof(narrow));
    } else {
        std::memcpy(&stored, &value, sizeof(value));
    }
    return stored;
}

/// A number of `size` bytes.
inline std::string numberBytes(std::uint64_t value, int size, bool bigEndian) {
    std::string bytes(static_cast<std::size_t>(size), '\0');
    for (int i = 0; i < size; ++i, value >>= 8U) {
        bytes[static_cast<std::size_t>(bigEndian ? size - 1 - i : i)] = static_cast<char>(value & 0xFFU);
    }
    return bytes;
}

/// An uncompressed TIFF file of one picture.
inline std::string tiffFile(const TiffOptions& options) {
    const auto number = [&](std::uint64_t value, int size) { return numberBytes(value, size, options.bigEndian); };
    const int planes = options.planes ? options.samples : 1;
    const int perPixel = options.planes ? 1 : options.samples;
    const int blockWidth = options.tile > 0 ? options.tile : options.width;
    const int blockHeight = options.tile > 0 ? options.tile : std::min(options.rowsPerStrip, options.height);
    std::string data;
    std::vector<std::uint64_t> offsets;
    std::vector<std::uint64_t> sizes;
    for (int plane = 0; plane < planes; ++plane) {
        for (int top = 0; top < options.height; top += blockHeight) {
            for (int left = 0; left < options.width; left += blockWidth) {
                offsets.push_back(8 + data.size());
                const int rows = options.tile > 0 ? blockHeight : std::min(blockHeight, options.height - top);
                for (int i = 0; i < rows * blockWidth * perPixel; ++i) {
                    const int y = top + i / perPixel / blockWidth;
                    const int x = left + i / perPixel % blockWidth;
                    const bool inside = y < options.height && x < options.width;
                    const double value = inside ? options.value(options.planes ? plane : i % perPixel, y, x) : 0.0;
                    data += number(storedBits(value, options.bits, options.format == 3), options.bits / 8);
                }
                sizes.push_back(8 + data.size() - offsets.back());
            }
        }
    }
    const auto repeated = [&](int value) {
        return std::vector<std::uint64_t>(static_cast<std::size_t>(options.samples), static_cast<std::uint64_t>(value));
    };
    constexpr int bytesType = 7;
    constexpr int shortType = 3;
    constexpr int longType = 4;
    struct Entry {
        int type;
        std::vector<std::uint64_t> values;
    };
    const auto one = [](int type, int value) { return Entry{type, {static_cast<std::uint64_t>(value)}}; };
    std::map<unsigned, Entry> entries{
        {256, one(longType, options.width)},           {257, one(longType, options.height)},
        {258, {shortType, repeated(options.bits)}},    {259, one(shortType, 1)},
        {262, one(shortType, options.photometric)},    {277, one(shortType, options.samples)},
        {284, one(shortType, options.planes ? 2 : 1)}, {339, {shortType, repeated(options.format)}}};
    if (options.tile > 0) {
        entries[322] = one(longType, options.tile);
        entries[323] = one(longType, options.tile);
    } else {
        entries[278] = one(longType, blockHeight);
    }
    entries[options.tile > 0 ? 324 : 273] = {longType, offsets};
    entries[options.tile > 0 ? 325 : 279] = {longType, sizes};
    if (!options.extraSamples.empty()) {
        entries[338] = {shortType, {options.extraSamples.begin(), options.extraSamples.end()}};
    }
    for (const auto& [tag, value] : options.shortTags) {
        entries[tag] = {shortType, {value}};
    }
    if (!options.profile.empty()) {
        entries[34675] = {bytesType, {}};
        for (const char byte : options.profile) {
            entries[34675].values.push_back(static_cast<unsigned char>(byte));
        }
    }
    const auto sizeOf = [](int type) { return type == bytesType ? 1 : type == shortType ? 2 : 4; };
    std::string directory = number(entries.size(), 2);
    for (const auto& [tag, entry] : entries) {
        std::string values;
        for (const auto value : entry.values) {
            values += number(value, sizeOf(entry.type));
        }
        if (values.size() > 4) {
            const auto place = 8 + data.size();
            data += values;
            values = number(place, 4);
        }
        values.resize(4, '\0');
        directory += number(tag, 2) + number(static_cast<std::uint64_t>(entry.type), 2) + number(entry.values.size(), 4)
                     + values;
    }
    const std::string magic = options.bigEndian ? std::string("MM\0\x2a", 4) : std::string("II\x2a\0", 4);
    return magic + number(8 + data.size(), 4) + data + directory + number(0, 4);
}

}  // namespace lamscope::test
