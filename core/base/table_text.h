// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace lamscope {

/// NaN where a value is not defined.
template <typename Number>
[[nodiscard]] double orNan(const std::optional<Number>& value) {
    return value ? static_cast<double>(*value) : std::numeric_limits<double>::quiet_NaN();
}

/// A number as a field of a comma-separated file: all its digits; empty where it is not finite.
[[nodiscard]] std::string csvNumber(double value);

/// A number for a terminal's table, in a format of fmt; a dash where it is not finite.
[[nodiscard]] std::string cellText(double value, const char* format);

/// Rows, at least one and of equal length, as lines of aligned columns, the first to the left.
[[nodiscard]] std::string aligned(const std::vector<std::vector<std::string>>& rows);

}  // namespace lamscope
