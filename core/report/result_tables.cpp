// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/result_tables.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "base/csv_field.h"
#include "base/table_text.h"
#include "report/paper_table.h"
#include "report/result_columns.h"

namespace lamscope {

namespace {

using Cells = std::vector<std::string>;
using Columns = std::vector<const ResultColumn*>;

ResultRow rowOf(const LamDocument& document, const NamedLamResult& named) {
    return {.card = named.card,
            .result = named.result,
            .name = named.card.name,
            .lrWidth = document.lrWidth,
            .lrHeight = document.lrHeight,
            .restoration = named.restoration ? &*named.restoration : nullptr};
}

// --- CSV

std::string csvCell(const ResultValue& value) {
    if (const auto* words = std::get_if<std::string>(&value)) {
        return csvField(*words);
    }
    if (const auto* whole = std::get_if<std::int64_t>(&value)) {
        return std::to_string(*whole);
    }
    const auto* number = std::get_if<double>(&value);
    return number != nullptr ? csvNumber(*number) : "";
}

std::string csvLine(const Cells& cells) {
    return fmt::format("{}\n", fmt::join(cells, ","));
}

std::string csvHeader(const Columns& columns) {
    Cells cells;
    for (const auto* column : columns) {
        cells.emplace_back(column->key);
    }
    return csvLine(cells);
}

std::string csvLine(const Columns& columns, const ResultRow& row) {
    Cells cells;
    for (const auto* column : columns) {
        cells.push_back(csvCell(column->value(row)));
    }
    return csvLine(cells);
}

template <typename Wanted>
Columns columnsWith(const Wanted& wanted) {
    Columns columns;
    for (const auto& column : resultColumns()) {
        if (wanted(column)) {
            columns.push_back(&column);
        }
    }
    return columns;
}

std::string gridCsv(const LamDocument& document) {
    const auto columns = columnsWith([](const ResultColumn& column) { return column.ofDiMapCell; });
    auto text = csvHeader(columns);
    for (const auto& [card, map, file] : document.grids) {
        for (const auto& cell : map.cells) {
            const auto result = resultOfCell(cell);
            text += csvLine(columns, {.card = card, .result = result, .name = card.name});
        }
    }
    return text;
}

// --- for people

/// How one kind of table for people writes its cells.
struct TableStyle {
    ColumnFace ResultColumn::*face;
    std::string (*words)(const std::string& text);     ///< with the marks of the format escaped
    std::string (*number)(const std::string& digits);  ///< with the sign that the format asks for
    const char* undefined;
};

std::string asIs(const std::string& text) {
    return text;
}

constexpr TableStyle terminalStyle{&ResultColumn::terminal, asIs, asIs, "-"};
constexpr TableStyle latexStyle{&ResultColumn::paper, latexText, latexNumber, "--"};
constexpr TableStyle markdownStyle{&ResultColumn::paper, markdownText, markdownNumber, "–"};

std::string cellOf(const ResultColumn& column, const ResultRow& row, const TableStyle& style) {
    const auto value = column.value(row);
    if (const auto* words = std::get_if<std::string>(&value)) {
        return style.words(*words);
    }
    if (const auto word = column.word == nullptr ? std::string_view() : column.word(row); !word.empty()) {
        return std::string(word);
    }
    const double number = shownNumber(column, value);
    if (!std::isfinite(number)) {
        return style.undefined;
    }
    const int decimals = (column.*style.face).decimals;
    return style.number(column.withSign ? fmt::format("{:+.{}f}", number, decimals)
                                        : fmt::format("{:.{}f}", number, decimals));
}

Cells cellsOf(const Columns& columns, const ResultRow& row, const TableStyle& style) {
    Cells cells;
    for (const auto* column : columns) {
        cells.push_back(cellOf(*column, row, style));
    }
    return cells;
}

/// The columns of a table for people, without those that no row has a value for.
Columns columnsShown(const LamDocument& document, const TableStyle& style) {
    return columnsWith([&](const ResultColumn& column) {
        return (column.*style.face).heading != nullptr
               && (!column.onlyWhereKnown || std::ranges::any_of(document.results, [&](const auto& named) {
                      return isKnown(column.value(rowOf(document, named)));
                  }));
    });
}

std::string latexHeading(const ResultColumn& column) {
    std::string heading = column.latexHeading != nullptr ? column.latexHeading : latexText(column.paper.heading);
    if (const std::string unit = column.unit; !unit.empty()) {
        heading += fmt::format(" [{}]", latexText(unit));
    }
    return heading;
}

std::string markdownHeading(const ResultColumn& column) {
    std::string heading = column.paper.heading;
    if (const std::string_view unit = column.unit; !unit.empty()) {
        heading += fmt::format(" [{}]", unit);
    }
    return heading;
}

/// What is between the smallest and the largest DI, and where that is.
std::string gridText(const LamDocument& document) {
    std::vector<Cells> rows{{"network", "patches", "DI from", "mean", "to", "at"}};
    for (const auto& [card, map, file] : document.grids) {
        double sum = 0.0;
        int count = 0;
        const DiMapCell* least = nullptr;
        const DiMapCell* most = nullptr;
        for (const auto& one : map.cells) {
            if (!one.diffusionIndex) {
                continue;
            }
            sum += *one.diffusionIndex;
            ++count;
            least = least == nullptr || one.diffusionIndex < least->diffusionIndex ? &one : least;
            most = most == nullptr || one.diffusionIndex > most->diffusionIndex ? &one : most;
        }
        const auto grid = fmt::format("{}x{}", map.columns, map.rows);
        if (count == 0) {
            rows.push_back({card.name, grid, "-", "-", "-", "-"});
            continue;
        }
        rows.push_back({card.name, grid, fmt::format("{:.2f}", *least->diffusionIndex),
                        fmt::format("{:.2f}", sum / count), fmt::format("{:.2f}", *most->diffusionIndex),
                        fmt::format("{},{}", most->patch.x, most->patch.y)});
    }
    return aligned(rows);
}

}  // namespace

std::string toCsv(const LamDocument& document) {
    if (document.results.empty()) {
        return gridCsv(document);
    }
    const auto columns = columnsWith([](const ResultColumn& column) { return column.kind != ColumnKind::Derived; });
    auto text = csvHeader(columns);
    for (const auto& named : document.results) {
        text += csvLine(columns, rowOf(document, named));
    }
    return text;
}

std::string toText(const LamDocument& document) {
    std::string text;
    if (!document.results.empty()) {
        const auto columns = columnsShown(document, terminalStyle);
        Cells headings;
        for (const auto* column : columns) {
            headings.emplace_back(column->terminal.heading);
        }
        std::vector<Cells> rows{headings};
        for (const auto& named : document.results) {
            auto row = rowOf(document, named);
            if (hasSeveralPatches(document)) {
                row.name += fmt::format(" {},{}", row.result.patch.x, row.result.patch.y);
            }
            rows.push_back(cellsOf(columns, row, terminalStyle));
        }
        text = aligned(rows);
    }
    if (!document.grids.empty()) {
        text += gridText(document);
    }
    return text;
}

std::string toLatex(const LamDocument& document) {
    const auto columns = columnsShown(document, latexStyle);
    std::vector<PaperHeading> headings;
    for (const auto* column : columns) {
        headings.push_back({latexHeading(*column), column->side});
    }
    std::vector<Cells> rows;
    for (const auto& named : document.results) {
        rows.push_back(cellsOf(columns, rowOf(document, named), latexStyle));
    }
    return latexTable(headings, rows);
}

std::string toMarkdown(const LamDocument& document) {
    const auto columns = columnsShown(document, markdownStyle);
    std::vector<PaperHeading> headings;
    for (const auto* column : columns) {
        headings.push_back({markdownHeading(*column), column->side});
    }
    std::vector<Cells> rows;
    for (const auto& named : document.results) {
        rows.push_back(cellsOf(columns, rowOf(document, named), markdownStyle));
    }
    return markdownTable(headings, rows);
}

bool isTable(const std::filesystem::path& file) {
    const auto ending = file.extension();
    return ending == ".tex" || ending == ".csv" || ending == ".md";
}

std::string resultsTable(const std::filesystem::path& file, const std::vector<LamDocument>& documents) {
    const auto ending = file.extension();
    std::string text;
    for (const auto& document : documents) {
        if (ending == ".csv") {
            const auto table = toCsv(document);
            text += text.empty() ? table : table.substr(table.find('\n') + 1);
        } else {
            text += text.empty() ? "" : "\n";
            text += ending == ".tex" ? toLatex(document) : toMarkdown(document);
        }
    }
    return text;
}

}  // namespace lamscope
