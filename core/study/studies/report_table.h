// SPDX-License-Identifier: GPL-3.0-or-later
// A table of a report, written as CSV, Markdown and LaTeX.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/paper_table.h"
#include "report/result_columns.h"

namespace lamscope {

/// CSV writes values as they are; tables for people round them.
struct ReportColumn {
    std::string_view key;  ///< heading in CSV; never renamed
    const char* heading;   ///< of tables for people, UTF-8; null: they do not have the column
    int decimals = 0;      ///< negative: so many significant digits
    ColumnSide side = ColumnSide::Right;
    bool withSign = false;               ///< "+" before positive numbers
    bool hasError = false;               ///< the next column, without a heading, is its standard error: "13.21 ± 0.40"
    const char* latexHeading = nullptr;  ///< where it is not that of the others
};

struct ReportTable {
    std::vector<ReportColumn> columns;
    std::vector<std::vector<ResultValue>> rows;  ///< a value a column
};

[[nodiscard]] std::string csvOf(const ReportTable& table);
[[nodiscard]] std::string markdownOf(const ReportTable& table);
[[nodiscard]] std::string latexOf(const ReportTable& table);

}  // namespace lamscope
