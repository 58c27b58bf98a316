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
    double step = 0.5;  ///< distance between two numbers at the axis

    /// An axis that holds all values and 0, in about three steps of 1, 2 or 5 times a power of ten.
    [[nodiscard]] static PlotAxis around(std::span<const double> values);
    /// The text of a number at the axis, with as many decimals as the step needs.
    [[nodiscard]] QString label(double value, const FigureLayout& layout) const;
};

/// One curve over α in [0, 1].
struct FigurePlot {
    std::vector<double> alpha;
    std::vector<double> values;    ///< one for each alpha; values that are not finite are left out
    PlotAxis axis;                 ///< the axis of the values
    std::optional<double> target;  ///< a red dashed line at this value
};

/// Places the plot with its axes and their numbers. Nothing reaches beyond `place`.
void placePlot(FigureSheet& sheet, const QRectF& place, const FigurePlot& plot, const FigureLayout& layout);

}  // namespace lamscope::ui
