// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace lamscope::detail {

// Private to the library of image files.

/// The words of a PNM or PFM file, in its header and in pictures written as text. White space separates them; comments
/// are skipped.
class PnmWords {
public:
    explicit PnmWords(std::span<const std::byte> file)
        : text_(reinterpret_cast<const char*>(file.data()), file.size()) {}

    /// The next word; empty at the end of the file.
    std::string_view next() {
        skipSpace();
        const auto start = position_;
        while (position_ < text_.size() && !isSpace(text_[position_])) {
            ++position_;
        }
        return text_.substr(start, position_ - start);
    }

    /// The next character of a word; '\0' at the end of the file.
    char nextCharacter() {
        skipSpace();
        return position_ < text_.size() ? text_[position_++] : '\0';
    }

    /// The next word as a number; -1 if the word is not a number.
    std::int64_t nextNumber() {
        const auto word = next();
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
        return error == std::errc() && end == word.data() + word.size() && value >= 0 ? value : -1;
    }

    [[nodiscard]] bool atEnd() {
        skipSpace();
        return position_ >= text_.size();
    }

    /// The place of the data, behind the one white-space character that ends the header.
    [[nodiscard]] std::uint64_t dataOffset() const { return position_ + 1; }

private:
    static bool isSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

    void skipSpace() {
        while (position_ < text_.size() && (isSpace(text_[position_]) || text_[position_] == '#')) {
            position_ = text_[position_] == '#' ? std::min(text_.find('\n', position_), text_.size()) : position_ + 1;
        }
    }

    std::string_view text_;
    std::size_t position_ = 2;  // behind the format's two letters
};

}  // namespace lamscope::detail
