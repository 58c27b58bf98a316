// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace lamscope::detail {

/// Reads unsigned numbers of 1 to 8 bytes at byte offsets of a file. A number that reaches beyond the file's end reads
/// as 0, and beyondEnd() becomes true.
class ByteReader {
public:
    explicit ByteReader(std::span<const std::byte> file, bool bigEndian)
        : file_(file)
        , bigEndian_(bigEndian) {}

    std::uint64_t number(std::uint64_t offset, unsigned size) {
        if (offset > file_.size() || size > file_.size() - offset) {
            beyondEnd_ = true;
            return 0;
        }
        std::uint64_t value = 0;
        for (unsigned i = 0; i < size; ++i) {
            const auto place = static_cast<std::size_t>(offset) + (bigEndian_ ? i : size - 1 - i);
            value = (value << 8U) | std::to_integer<std::uint64_t>(file_[place]);
        }
        return value;
    }

    std::uint64_t u8(std::uint64_t offset) { return number(offset, 1); }
    std::uint64_t u16(std::uint64_t offset) { return number(offset, 2); }
    std::uint64_t u32(std::uint64_t offset) { return number(offset, 4); }

    [[nodiscard]] bool beyondEnd() const { return beyondEnd_; }
    [[nodiscard]] std::uint64_t size() const { return file_.size(); }

private:
    std::span<const std::byte> file_;
    bool bigEndian_ = false;
    bool beyondEnd_ = false;
};

/// True if `file` holds `text` at the byte `offset`.
[[nodiscard]] inline bool hasText(std::span<const std::byte> file, std::string_view text, std::size_t offset = 0) {
    return offset <= file.size() && text.size() <= file.size() - offset
           && std::ranges::equal(file.subspan(offset, text.size()), std::as_bytes(std::span(text)));
}

}  // namespace lamscope::detail
