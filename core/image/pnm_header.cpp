// SPDX-License-Identifier: GPL-3.0-or-later
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

#include "image/image_headers.h"

namespace lamscope::detail {
namespace {

/// The words of a header. White space separates them; comments are skipped.
class HeaderWords {
public:
    explicit HeaderWords(std::span<const std::byte> file)
        : text_(reinterpret_cast<const char*>(file.data()), file.size()) {}

    /// The next word; empty at the end of the file.
    std::string_view next() {
        while (position_ < text_.size() && (isSpace(text_[position_]) || text_[position_] == '#')) {
            position_ = text_[position_] == '#' ? std::min(text_.find('\n', position_), text_.size()) : position_ + 1;
        }
        const auto start = position_;
        while (position_ < text_.size() && !isSpace(text_[position_])) {
            ++position_;
        }
        return text_.substr(start, position_ - start);
    }

    /// The next word as a number; -1 if the word is not a number.
    std::int64_t nextNumber() {
        const auto word = next();
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
        return error == std::errc() && end == word.data() + word.size() && value >= 0 ? value : -1;
    }

    /// The place of the data, behind the one white-space character that ends the header.
    [[nodiscard]] std::uint64_t dataOffset() const { return position_ + 1; }

private:
    static bool isSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

    std::string_view text_;
    std::size_t position_ = 2;  // behind the format's two letters
};

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
    HeaderWords words(file);
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
    } else if (text && !bilevel && maximum < 255) {
        // OpenCV's decoder would stretch the levels to 0…255 and round them.
        header.unsupported =
            fmt::format("is written as text with the maximum {}, and only 255 and above are read", maximum);
    }
    header.maxLevel = bilevel ? 0 : static_cast<int>(maximum);
    return header;
}

ImageHeader readPfmHeader(std::span<const std::byte> file) {
    ImageHeader header;
    HeaderWords words(file);
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
