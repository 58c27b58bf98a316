// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace lamscope::detail {

/// Content of a model file that cannot be read. `what()` is the predicate of a sentence whose subject is the file ("is
/// truncated: …"). readCheckpoint() and sniffContainer() turn a FormatError into an Error that names the file.
class FormatError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Text from a file, made safe for a message: bytes that are not printable ASCII become \xNN; text longer than `limit`
/// is cut.
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit = 60);

/// The longest tensor name that readers accept, bytes.
constexpr std::size_t maxTensorNameLength = 512;

/// True for valid UTF-8 without control characters.
[[nodiscard]] bool isPlainText(std::string_view text);

/// Memory that may still be spent on what a file describes, beyond the values themselves: 8 MiB plus the file's size in
/// all, and 1 MiB plus twice the file's size for one allocation. Honest files stay far below both.
class Budget {
public:
    static Budget forFile(std::size_t fileSize);

    /// Takes `bytes` from the allowance. Throws FormatError if less is left.
    void charge(std::size_t bytes);

    /// Throws FormatError if one allocation of `bytes` is too large for the file. Takes nothing from the allowance.
    void checkSingle(std::size_t bytes) const;

    /// Makes room for `count` items in all, checked and charged. The capacity grows geometrically, as with push_back().
    template <typename Item>
    void reserve(std::vector<Item>& items, std::size_t count) {
        if (count > items.capacity()) {
            checkSingle(count > largest_ ? count : count * sizeof(Item));
            const std::size_t capacity = std::clamp(2 * items.capacity(), count, largest_ / sizeof(Item));
            charge(capacity * sizeof(Item));
            items.reserve(capacity);
        }
    }

private:
    Budget(std::size_t total, std::size_t single)
        : left_(total)
        , largest_(single) {}

    std::size_t left_;
    std::size_t largest_;
};

}  // namespace lamscope::detail
