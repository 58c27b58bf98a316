// SPDX-License-Identifier: GPL-3.0-or-later
// The look that all plots share.
#pragma once

#include <QFont>
#include <QPalette>

class QCustomPlot;

namespace lamscope::ui {

/// Slim axes with few ticks and texts in this font.
void prepareAxes(QCustomPlot& plot, const QFont& font);

/// Background, axes, grid and legend in the colours of a palette.
void colourPlot(QCustomPlot& plot, const QPalette& palette);

}  // namespace lamscope::ui
