// SPDX-License-Identifier: GPL-3.0-or-later
#include <bit>
#include <limits>

#include "base/byte_reader.h"
#include "image/image_headers.h"
#include "image/image_readers.h"
#include "image/pnm_words.h"

namespace lamscope::detail {
namespace {

constexpr int firstBinaryKind = 4;  // 1 to 3 are written as text: bilevel, grey, colour; 4 to 6 are the same in binary
constexpr std::uint8_t brightest = 255;

std::uint8_t bilevel(bool black) {
    return black ? std::uint8_t{0} : brightest;
}

Pixels<std::uint8_t> readBilevelText(PnmWords& words, Pixels<std::uint8_t> pixels) {
    for (int y = 0; y < pixels.height(); ++y) {
        for (auto& level : pixels.row(y)) {
            const char digit = words.nextCharacter();  // white space between digits is optional
            if (digit != '0' && digit != '1') {
                throw DecodeFailure(digit == '\0' ? DecodeFailure::Cause::Truncated : DecodeFailure::Cause::Damaged);
            }
            level = bilevel(digit == '1');
        }
    }
    return pixels;
}

Pixels<std::uint8_t> readBilevelBits(ByteReader reader, std::uint64_t offset, Pixels<std::uint8_t> pixels) {
    const auto rowBytes = (static_cast<std::uint64_t>(pixels.width()) + 7) / 8;
    for (int y = 0; y < pixels.height(); ++y, offset += rowBytes) {
        std::uint64_t x = 0;
        for (auto& level : pixels.row(y)) {
            level = bilevel((reader.u8(offset + x / 8) >> (7 - x % 8) & 1U) != 0);
            ++x;
        }
    }
    return pixels;
}

template <typename Level>
Pixels<Level> readTextLevels(PnmWords& words, Pixels<Level> pixels) {
    for (int y = 0; y < pixels.height(); ++y) {
        for (auto& level : pixels.row(y)) {
            if (words.atEnd()) {
                throw DecodeFailure(DecodeFailure::Cause::Truncated);
            }
            const auto number = words.nextNumber();
            if (number < 0 || number > std::numeric_limits<Level>::max()) {
                throw DecodeFailure(DecodeFailure::Cause::Damaged, "a level is not a number up to the maximum");
            }
            level = static_cast<Level>(number);
        }
    }
    return pixels;
}

template <typename Level>
Pixels<Level> readBinaryLevels(ByteReader reader, std::uint64_t offset, Pixels<Level> pixels) {
    for (int y = 0; y < pixels.height(); ++y) {
        for (auto& level : pixels.row(y)) {
            level = static_cast<Level>(reader.number(offset, sizeof(Level)));
            offset += sizeof(Level);
        }
    }
    return pixels;
}

}  // namespace

AnyPixels readPnmPixels(std::span<const std::byte> file, const ImageHeader& header) {
    const int kind = std::to_integer<int>(file[1]) - '0';
    const bool text = kind < firstBinaryKind;
    const bool colour = kind % 3 == 0;
    PnmWords words(file);
    for (int number = 0; number < (kind % 3 == 1 ? 2 : 3); ++number) {  // width, height and maximum are in the header
        words.next();
    }
    const ByteReader reader(file, true);
    const auto make = [&]<typename Level>(Level /*type*/) {
        return Pixels<Level>(header.width, header.height, colour ? 3 : 1);
    };
    if (kind % 3 == 1) {
        return text ? readBilevelText(words, make(std::uint8_t{}))
                    : readBilevelBits(reader, words.dataOffset(), make(std::uint8_t{}));
    }
    const auto read = [&](auto pixels) {
        return text ? readTextLevels(words, std::move(pixels))
                    : readBinaryLevels(reader, words.dataOffset(), std::move(pixels));
    };
    if (header.maxLevel > brightest) {
        return read(make(std::uint16_t{}));
    }
    return read(make(std::uint8_t{}));
}

AnyPixels readPfmPixels(std::span<const std::byte> file, const ImageHeader& header) {
    PnmWords words(file);
    words.next();
    words.next();
    const bool bigEndian = !words.next().starts_with('-');
    ByteReader reader(file, bigEndian);
    auto offset = words.dataOffset();
    Pixels<float> pixels(header.width, header.height, file[1] == std::byte{'F'} ? 3 : 1);
    for (int y = pixels.height() - 1; y >= 0; --y) {  // rows are stored from the bottom
        for (auto& value : pixels.row(y)) {
            value = std::bit_cast<float>(static_cast<std::uint32_t>(reader.u32(offset)));
            offset += sizeof(float);
        }
    }
    return pixels;
}

}  // namespace lamscope::detail
