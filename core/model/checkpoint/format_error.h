// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace lamscope::detail {

/// Content of a model file that cannot be read. `what()` continues a sentence whose subject is the file ("is truncated:
/// …"); readCheckpoint() and sniffContainer() turn it into an Error that names the file.
class FormatError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Text from a file, made fit for a message: bytes that are not printable ASCII become \xNN, long text is cut.
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit = 60);

/// The longest name of a tensor that readers take.
constexpr std::size_t maxTensorNameLength = 512;

/// True for valid UTF-8 without control characters.
[[nodiscard]] bool isPlainText(std::string_view text);

/// Memory that may still be spent on what a file describes, beyond the values themselves: 8 MiB and the file's size in
/// all, and never more than 1 MiB and twice the file's size at once. Real files stay far below it.
class Budget {
public:
    static Budget forFile(std::size_t fileSize);

    /// Throws FormatError where `bytes` more exceed the allowance.
    void charge(std::size_t bytes);

    /// Throws FormatError where one allocation of `bytes` is too large for the file; charges nothing.
    void checkSingle(std::size_t bytes) const;

    /// Makes room for `count` items in all, charged and checked. Growing stays as cheap as push_back() makes it.
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
