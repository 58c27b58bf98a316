// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <optional>
#include <vector>

#include "figure/figure_pictures.h"
#include "figure/figure_sheet.h"
#include "session/figure_layout.h"

namespace lamscope::ui {

/// One cell of a grid.
struct GridCell {
    std::optional<FigurePicture> picture;  ///< none: the cell stays empty
    std::optional<FigurePicture> inset;    ///< drawn enlarged in a corner, away from the box
};

/// Pictures in rows and columns, with the text beside them.
struct FigureGrid {
    std::vector<std::vector<GridCell>> rows;  ///< all rows have equal length
    std::vector<QStringList> under;           ///< lines of text under each column; empty: none
    std::vector<QStringList> beside;          ///< lines of text at the left of each row; empty: none
    bool besideUpwards = true;
    int barRow = -1;              ///< the row with a colour bar at its right; -1: none
    bool leavesBarSpace = false;  ///< leaves room for a colour bar, so that columns of stacked grids align
};

/// Counts the labels "(a) ", "(b) ", …; all empty if the layout has no letters.
class FigureLetters {
public:
    explicit FigureLetters(const FigureLayout& layout)
        : wanted_(layout.letters) {}
    [[nodiscard]] QString next();

private:
    bool wanted_;
    int count_ = 0;
};

/// The gap between pictures, and between text and its picture; points.
inline constexpr double figureGap = 3.0;

[[nodiscard]] SheetStyle labelStyle(const FigureLayout& layout);
[[nodiscard]] SheetStyle numberStyle(const FigureLayout& layout);
/// The distance from one line of text to the next; points.
[[nodiscard]] double lineHeight(const SheetStyle& style);

/// A number formatted as the layout says, with a true minus sign; an en dash if there is no value.
[[nodiscard]] QString numberText(const std::optional<double>& value, const FigureLayout& layout);
/// Two lines of text: the name of a network and its DI.
[[nodiscard]] QStringList networkLines(const NamedLamResult& named, const LamDocument& document,
                                       const FigureLayout& layout);

/// Number of columns for `count` pictures, such that all lines have about equal length. Each line also holds `fixed`
/// other columns; every column is at least `smallest` points wide.
[[nodiscard]] int balancedColumns(int count, int fixed, double smallest, double width);

/// Places a picture with its bands and its box in the middle of `place`, as large as fits. Returns the rectangle that
/// the picture covers; points.
QRectF placePicture(FigureSheet& sheet, const FigurePicture& picture, const QRectF& place, const FigureLayout& layout);

/// Places the grid on the sheet with its top left at `start`, `width` points wide. Returns the y at which the grid
/// ends.
double placeGrid(FigureSheet& sheet, const FigureGrid& grid, const QPointF& start, double width,
                 const FigureLayout& layout);

}  // namespace lamscope::ui
