// SPDX-License-Identifier: GPL-3.0-or-later
// A table of a report, written as CSV, Markdown, LaTeX and plain text.
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
    bool isFile = false;                 ///< tables for people leave the folders out
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

/// The headings of the columns that people see, then a row of cells for each of the table's, UTF-8 without marks of a
/// format: for windows.
[[nodiscard]] std::vector<std::vector<std::string>> cellsOf(const ReportTable& table);
/// The same as lines of text with aligned columns.
[[nodiscard]] std::string textOf(const ReportTable& table);

}  // namespace lamscope
