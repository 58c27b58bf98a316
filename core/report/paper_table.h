// SPDX-License-Identifier: GPL-3.0-or-later
// Tables for papers and pages: the marks of LaTeX and Markdown, whatever the table holds.
#pragma once

#include <string>
#include <vector>

namespace lamscope {

enum class ColumnSide { Left, Right };

/// What stands above a column, with the marks of the format escaped.
struct PaperHeading {
    std::string text;
    ColumnSide side = ColumnSide::Right;
};

/// A text with the characters that LaTeX gives a meaning escaped.
[[nodiscard]] std::string latexText(const std::string& text);
/// In mathematics where it has a sign, which would otherwise be set as a hyphen.
[[nodiscard]] std::string latexNumber(const std::string& digits);
/// A text in which nothing is taken for a mark of Markdown.
[[nodiscard]] std::string markdownText(const std::string& text);
/// With a true minus sign.
[[nodiscard]] std::string markdownNumber(const std::string& digits);

/// A `tabular` with the rules of the package booktabs, ending with a newline. Cells are written as they are; each row
/// has as many as there are headings.
[[nodiscard]] std::string latexTable(const std::vector<PaperHeading>& headings,
                                     const std::vector<std::vector<std::string>>& rows);
/// The same as a table of Markdown.
[[nodiscard]] std::string markdownTable(const std::vector<PaperHeading>& headings,
                                        const std::vector<std::vector<std::string>>& rows);

}  // namespace lamscope
