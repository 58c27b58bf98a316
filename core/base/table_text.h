// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace lamscope {

/// The value as double; NaN if the optional is empty.
template <typename Number>
[[nodiscard]] double orNan(const std::optional<Number>& value) {
    return value ? static_cast<double>(*value) : std::numeric_limits<double>::quiet_NaN();
}

/// A number as a field of a comma-separated file: all digits; empty if the number is not finite.
[[nodiscard]] std::string csvNumber(double value);

/// A number for a table in a terminal, in a format of fmt; a dash if the number is not finite.
[[nodiscard]] std::string cellText(double value, const char* format);

/// Rows as lines of text with aligned columns, the first column aligned left, the others right. `rows` must hold at
/// least one row; all rows must have equal length.
[[nodiscard]] std::string aligned(const std::vector<std::vector<std::string>>& rows);

}  // namespace lamscope
