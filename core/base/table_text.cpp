// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/table_text.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace lamscope {

std::string csvNumber(double value) {
    return std::isfinite(value) ? fmt::format("{}", value) : "";
}

std::string cellText(double value, const char* format) {
    return std::isfinite(value) ? fmt::format(fmt::runtime(format), value) : "-";
}

std::string aligned(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths(rows.front().size());
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], row[i].size());
        }
    }
    std::string text;
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            text += i == 0 ? fmt::format("{:<{}}", row[i], widths[i]) : fmt::format("  {:>{}}", row[i], widths[i]);
        }
        text += '\n';
    }
    return text;
}

}  // namespace lamscope
