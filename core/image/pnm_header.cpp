// SPDX-License-Identifier: GPL-3.0-or-later
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

#include "image/image_headers.h"
#include "image/pnm_words.h"

namespace lamscope::detail {
namespace {

void checkEnd(ImageHeader& header, std::uint64_t dataOffset, std::uint64_t bitsPerPixel, std::uint64_t fileSize) {
    constexpr std::int64_t longestSide = std::int64_t{1} << 28;
    if (header.width <= 0 || header.height <= 0) {
        header.unsupported = "has a damaged header";
    } else if (header.width <= longestSide && header.height <= longestSide) {
        const auto rowBytes = (static_cast<std::uint64_t>(header.width) * bitsPerPixel + 7) / 8;
        header.truncated =
            dataOffset > fileSize || rowBytes * static_cast<std::uint64_t>(header.height) > fileSize - dataOffset;
    }
}

}  // namespace

ImageHeader readPnmHeader(std::span<const std::byte> file) {
    ImageHeader header;
    PnmWords words(file);
    const int kind = std::to_integer<int>(file[1]) - '0';
    const bool text = kind <= 3;
    const bool bilevel = kind == 1 || kind == 4;
    const bool colour = kind == 3 || kind == 6;
    header.width = words.nextNumber();
    header.height = words.nextNumber();
    const auto maximum = bilevel ? 1 : words.nextNumber();
    const std::uint64_t bits = bilevel ? 1 : maximum > 255 ? 16 : 8;
    checkEnd(header, words.dataOffset(), text ? 8 : bits * (colour ? 3 : 1), file.size());
    if (header.unsupported.empty() && (maximum < 1 || maximum > 65535)) {
        header.unsupported = "has a damaged header";
    }
    header.maxLevel = bilevel ? 0 : static_cast<int>(maximum);
    return header;
}

ImageHeader readPfmHeader(std::span<const std::byte> file) {
    ImageHeader header;
    PnmWords words(file);
    const bool colour = file[1] == std::byte{'F'};
    header.width = words.nextNumber();
    header.height = words.nextNumber();
    const auto word = words.next();
    double scale = 0.0;
    std::from_chars(word.data(), word.data() + word.size(), scale);
    checkEnd(header, words.dataOffset(), colour ? 96 : 32, file.size());
    if (header.unsupported.empty() && std::abs(scale) != 1.0) {
        header.unsupported = fmt::format(
            "asks for its values to be scaled by {}, and only files without a scale (1 or "
            "-1) are read",
            word);
    }
    return header;
}

}  // namespace lamscope::detail
