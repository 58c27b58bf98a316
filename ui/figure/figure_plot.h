// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>
#include <QString>
#include <optional>
#include <span>
#include <vector>

#include "figure/figure_sheet.h"
#include "session/figure_layout.h"

namespace lamscope::ui {

/// An axis from one round number to another.
struct PlotAxis {
    double from = 0.0;
    double to = 1.0;
    double step = 0.5;  ///< between numbers

    /// About three steps of 1, 2 or 5 times a power of ten that hold all values and 0.
    [[nodiscard]] static PlotAxis around(std::span<const double> values);
    /// The numbers, with as many decimals as the step needs.
    [[nodiscard]] QString label(double value, const FigureLayout& layout) const;
};

/// One curve over α in [0, 1].
struct FigurePlot {
    std::vector<double> alpha;
    std::vector<double> values;    ///< as many; those that are not finite are left out
    PlotAxis axis;                 ///< of the values
    std::optional<double> target;  ///< a red dashed line at this value
};

/// Places the plot with its axes and their numbers; everything stays inside `place`.
void placePlot(FigureSheet& sheet, const QRectF& place, const FigurePlot& plot, const FigureLayout& layout);

}  // namespace lamscope::ui
