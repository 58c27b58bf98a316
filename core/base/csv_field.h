// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace lamscope {

/// A text as a field of a comma-separated file (RFC 4180): quoted where it holds a comma, a quote or a line break.
[[nodiscard]] inline std::string csvField(const std::string& text) {
    if (text.find_first_of(",\"\n\r") == std::string::npos) {
        return text;
    }
    std::string quoted = "\"";
    for (const char c : text) {
        quoted += c == '"' ? "\"\"" : std::string(1, c);
    }
    return quoted + '"';
}

}  // namespace lamscope
