// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <optional>
#include <vector>

#include "figure/figure_pictures.h"
#include "figure/figure_sheet.h"
#include "session/figure_layout.h"

namespace lamscope::ui {

/// A place in a grid.
struct GridCell {
    std::optional<FigurePicture> picture;  ///< none: the place stays empty
    std::optional<FigurePicture> inset;    ///< enlarged in a corner, away from the box
};

/// Pictures in rows and columns, with what is written beside them.
struct FigureGrid {
    std::vector<std::vector<GridCell>> rows;  ///< each as long as the first
    std::vector<QStringList> under;           ///< lines under each column; empty: none
    std::vector<QStringList> beside;          ///< lines left of each row; empty: none
    bool besideUpwards = true;
    int barRow = -1;              ///< the row with a colour bar at its right; -1: none
    bool leavesBarSpace = false;  ///< as if there was one: grids one below the other keep their columns
};

/// What labels are counted with: "(a) ", "(b) ", …; nothing where the layout has no letters.
class FigureLetters {
public:
    explicit FigureLetters(const FigureLayout& layout)
        : wanted_(layout.letters) {}
    [[nodiscard]] QString next();

private:
    bool wanted_;
    int count_ = 0;
};

/// The space between pictures, and between lines of text and what they belong to; points.
inline constexpr double figureGap = 3.0;

[[nodiscard]] SheetStyle labelStyle(const FigureLayout& layout);
[[nodiscard]] SheetStyle numberStyle(const FigureLayout& layout);
/// From one line of text to the next.
[[nodiscard]] double lineHeight(const SheetStyle& style);

/// A number as the layout wants it, with a true minus sign; an en dash where it is not defined.
[[nodiscard]] QString numberText(const std::optional<double>& value, const FigureLayout& layout);
/// The name and the DI of a network, a line each.
[[nodiscard]] QStringList networkLines(const NamedLamResult& named, const LamDocument& document,
                                       const FigureLayout& layout);

/// How many columns of at least `smallest` points fit beside `fixed` others into the figure's width, at most `count`,
/// so that all lines are about equally long.
[[nodiscard]] int balancedColumns(int count, int fixed, double smallest, double width);

/// Puts a picture with its bands and its box into `place`, as large as fits, in its middle; returns where it lies.
QRectF placePicture(FigureSheet& sheet, const FigurePicture& picture, const QRectF& place, const FigureLayout& layout);

/// Puts the grid on the sheet, its top left at `start`, `width` points wide; returns where it ends below.
double placeGrid(FigureSheet& sheet, const FigureGrid& grid, const QPointF& start, double width,
                 const FigureLayout& layout);

}  // namespace lamscope::ui
