// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/report_table.h"

#include <cmath>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/csv_field.h"
#include "base/table_text.h"

namespace lamscope {

namespace {

/// The marks of LaTeX or Markdown.
struct PaperMarks {
    std::string (*words)(const std::string& text);
    std::string (*number)(const std::string& digits);
    const char* undefined;
    const char* plusMinus;
    bool latex;
};

std::string asItIs(const std::string& text) {
    return text;
}

constexpr PaperMarks latexMarks{latexText, latexNumber, "--", " $\\pm$ ", true};
constexpr PaperMarks markdownMarks{markdownText, markdownNumber, "–", " ± ", false};
constexpr PaperMarks noMarks{asItIs, markdownNumber, "–", " ± ", false};

double numberOf(const ResultValue& value) {
    if (const auto* whole = std::get_if<std::int64_t>(&value)) {
        return static_cast<double>(*whole);
    }
    const auto* number = std::get_if<double>(&value);
    return number != nullptr ? *number : std::nan("");
}

std::string digitsOf(const ReportColumn& column, double number) {
    if (column.decimals < 0) {
        return fmt::format("{:.{}g}", number, -column.decimals);
    }
    return column.withSign ? fmt::format("{:+.{}f}", number, column.decimals)
                           : fmt::format("{:.{}f}", number, column.decimals);
}

std::string paperCell(const ReportColumn& column, const ResultValue& value, const PaperMarks& marks) {
    if (const auto* words = std::get_if<std::string>(&value)) {
        return words->empty()  ? marks.undefined
               : column.isFile ? marks.words(std::filesystem::path(*words).filename().string())
                               : marks.words(*words);
    }
    const double number = numberOf(value);
    return std::isfinite(number) ? marks.number(digitsOf(column, number)) : marks.undefined;
}

std::vector<PaperHeading> headingsOf(const ReportTable& table, const PaperMarks& marks) {
    std::vector<PaperHeading> headings;
    for (const auto& column : table.columns) {
        if (column.heading != nullptr) {
            const bool own = marks.latex && column.latexHeading != nullptr;
            headings.push_back({own ? std::string(column.latexHeading) : marks.words(column.heading), column.side});
        }
    }
    return headings;
}

std::vector<std::vector<std::string>> paperRows(const ReportTable& table, const PaperMarks& marks) {
    std::vector<std::vector<std::string>> rows;
    for (const auto& values : table.rows) {
        std::vector<std::string> cells;
        for (std::size_t i = 0; i < table.columns.size(); ++i) {
            const auto& column = table.columns[i];
            if (column.heading == nullptr) {
                continue;
            }
            auto cell = paperCell(column, values[i], marks);
            if (column.hasError && std::isfinite(numberOf(values[i + 1]))) {
                cell += marks.plusMinus + paperCell(column, values[i + 1], marks);
            }
            cells.push_back(std::move(cell));
        }
        rows.push_back(std::move(cells));
    }
    return rows;
}

}  // namespace

std::string csvOf(const ReportTable& table) {
    std::vector<std::string> cells;
    for (const auto& column : table.columns) {
        cells.emplace_back(column.key);
    }
    auto text = fmt::format("{}\n", fmt::join(cells, ","));
    for (const auto& values : table.rows) {
        cells.clear();
        for (const auto& value : values) {
            if (const auto* words = std::get_if<std::string>(&value)) {
                cells.push_back(csvField(*words));
            } else if (const auto* whole = std::get_if<std::int64_t>(&value)) {
                cells.push_back(std::to_string(*whole));
            } else {
                cells.push_back(csvNumber(numberOf(value)));
            }
        }
        text += fmt::format("{}\n", fmt::join(cells, ","));
    }
    return text;
}

std::string markdownOf(const ReportTable& table) {
    return markdownTable(headingsOf(table, markdownMarks), paperRows(table, markdownMarks));
}

std::string latexOf(const ReportTable& table) {
    return latexTable(headingsOf(table, latexMarks), paperRows(table, latexMarks));
}

std::vector<std::vector<std::string>> cellsOf(const ReportTable& table) {
    auto rows = paperRows(table, noMarks);
    std::vector<std::string> headings;
    for (const auto& heading : headingsOf(table, noMarks)) {
        headings.push_back(heading.text);
    }
    rows.insert(rows.begin(), std::move(headings));
    return rows;
}

std::string textOf(const ReportTable& table) {
    return aligned(cellsOf(table));
}

}  // namespace lamscope
