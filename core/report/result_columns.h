// SPDX-License-Identifier: GPL-3.0-or-later
// The columns of every table of LAM results. CSV, JSON, the terminal, LaTeX, Markdown and the window read this list: a
// new column is one row of resultColumns().
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "method/lam/di_map.h"
#include "method/lam/lam.h"
#include "method/restoration/restoration_measures.h"
#include "model/model_card.h"
#include "report/paper_table.h"

namespace lamscope {

/// A value of a result; monostate where the result has none.
using ResultValue = std::variant<std::monostate, std::int64_t, double, std::string>;

/// Of a number that may not be there.
template <typename Number>
[[nodiscard]] ResultValue valueIfKnown(const std::optional<Number>& value) {
    return value ? ResultValue(*value) : ResultValue();
}

/// What one row of a table is made of. Card and results must outlive it.
struct ResultRow {
    const ModelCard& card;
    const LamResult& result;
    std::string name;                      ///< of the network, as the table shows it
    int lrWidth = 0;                       ///< of the whole LR image, pixels
    int lrHeight = 0;                      ///< the same
    const LamResult* reference = nullptr;  ///< the reference network's result; null: nothing to compare with
    /// Of the whole image, by a network that restores it; null: not known.
    const RestorationMeasures* restoration = nullptr;
};

enum class ColumnKind {
    Subject,  ///< what was computed: network and image. JSON has blocks of its own for these
    Place,    ///< where: patch and context. The same
    Measure,  ///< a number that the result states
    Cost,     ///< what the result took
    Derived,  ///< follows from other columns; not in CSV and JSON
};

/// How one kind of table shows a column.
struct ColumnFace {
    const char* heading = nullptr;  ///< UTF-8; null: the table does not have the column
    int decimals = 0;
};

/// A column of the tables. CSV and JSON write values as they are; tables for people write numbers times `factor`, with
/// a fixed number of decimals.
struct ResultColumn {
    std::string_view key;  ///< heading in CSV and member in JSON; never renamed
    ColumnKind kind;
    ResultValue (*value)(const ResultRow& row);
    const char* explanation;  ///< for people, UTF-8
    const char* unit = "";    ///< in tables for people; empty: none
    double factor = 1.0;      ///< 100 for a share that people read in percent
    bool withSign = false;    ///< people see "+" before positive numbers
    ColumnSide side = ColumnSide::Right;
    ColumnFace terminal{};               ///< ASCII; a unit stands in the heading
    ColumnFace paper{};                  ///< LaTeX and Markdown, which write the unit behind the heading
    const char* latexHeading = nullptr;  ///< LaTeX's heading where it is not that of `paper`
    ColumnFace window{};
    bool unitInWindowCells = false;  ///< the window writes the unit behind each number
    bool onlyWhereKnown = false;     ///< tables for people leave the column out where no row has a value
    bool ofDiMapCell = false;        ///< the cells of a DI map have this value, too
    /// What people read in place of the number; empty: the number. Null: always the number.
    std::string_view (*word)(const ResultRow& row) = nullptr;
};

/// All columns in the order of the tables. Keys are unique; the first is the network's name.
[[nodiscard]] std::span<const ResultColumn> resultColumns();

/// True unless the value is monostate: a number that is not finite is known.
[[nodiscard]] bool isKnown(const ResultValue& value);

/// The number that tables for people show; NaN for a text and for an unknown value.
[[nodiscard]] double shownNumber(const ResultColumn& column, const ResultValue& value);

/// A cell's numbers as those of a result, for the columns with `ofDiMapCell`; what a cell does not have stays unset.
[[nodiscard]] LamResult resultOfCell(const DiMapCell& cell);

}  // namespace lamscope
