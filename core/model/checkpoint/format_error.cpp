// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/checkpoint/format_error.h"

#include <cstdint>

#include <fmt/format.h>

namespace lamscope::detail {

namespace {

constexpr std::size_t baseAllowance = std::size_t{8} << 20U;
constexpr std::size_t baseSingle = std::size_t{1} << 20U;

[[noreturn]] void refuseExcess() {
    throw FormatError(
        "describes objects that need far more memory than a file of its size should: it is damaged or not an honest "
        "model file, so use another copy");
}

/// The length of the valid UTF-8 sequence that starts `text`; 0 if there is none.
std::size_t sequenceLength(std::string_view text) {
    const auto byte = [&](std::size_t index) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(text[index]));
    };
    const std::uint32_t first = byte(0);
    const std::size_t length = first < 0x80U   ? 1
                               : first < 0xC2U ? 0
                               : first < 0xE0U ? 2
                               : first < 0xF0U ? 3
                               : first < 0xF5U ? 4
                                               : 0;
    if (length < 2 || text.size() < length) {
        return length <= text.size() ? length : 0;
    }
    std::uint32_t code = first & (0xFFU >> (length + 1));
    for (std::size_t index = 1; index < length; ++index) {
        if ((byte(index) & 0xC0U) != 0x80U) {
            return 0;
        }
        code = (code << 6U) | (byte(index) & 0x3FU);
    }
    const bool overlong = (length == 3 && code < 0x800U) || (length == 4 && code < 0x10000U);
    const bool surrogate = code >= 0xD800U && code < 0xE000U;
    return overlong || surrogate || code > 0x10FFFFU ? 0 : length;
}

}  // namespace

std::string printable(std::string_view text, std::size_t limit) {
    std::string result;
    for (const char character : text.substr(0, limit)) {
        const auto byte = static_cast<unsigned char>(character);
        if (byte >= 0x20U && byte < 0x7FU) {
            result += character;
        } else {
            result += fmt::format("\\x{:02x}", byte);
        }
    }
    if (text.size() > limit) {
        result += "...";
    }
    return result;
}

bool isPlainText(std::string_view text) {
    while (!text.empty()) {
        const auto byte = static_cast<unsigned char>(text.front());
        const std::size_t length = sequenceLength(text);
        if (byte < 0x20U || byte == 0x7FU || length == 0) {
            return false;
        }
        text.remove_prefix(length);
    }
    return true;
}

Budget Budget::forFile(std::size_t fileSize) {
    return {baseAllowance + fileSize, baseSingle + 2 * fileSize};
}

void Budget::charge(std::size_t bytes) {
    if (bytes > left_) {
        refuseExcess();
    }
    left_ -= bytes;
}

void Budget::checkSingle(std::size_t bytes) const {
    if (bytes > largest_) {
        refuseExcess();
    }
}

}  // namespace lamscope::detail
