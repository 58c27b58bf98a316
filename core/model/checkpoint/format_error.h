// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace lamscope::detail {

/// Content of a model file that cannot be read. `what()` continues a sentence whose subject is the file ("is truncated:
/// …"); readCheckpoint() and sniffContainer() turn it into an Error that names the file.
class FormatError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Text from a file, made fit for a message: bytes that are not printable ASCII become \xNN, long text is cut.
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit = 60);

/// True for valid UTF-8 without control characters.
[[nodiscard]] bool isPlainText(std::string_view text);

/// Memory that may still be spent on what a file describes, beyond the values themselves.
class Budget {
public:
    explicit Budget(std::size_t bytes)
        : left_(bytes) {}

    /// The allowance for a file of that size: real files stay far below it.
    static Budget forFile(std::size_t fileSize);

    /// Throws FormatError where `bytes` more exceed the allowance.
    void charge(std::size_t bytes);

private:
    std::size_t left_;
};

}  // namespace lamscope::detail
