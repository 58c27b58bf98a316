// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/plot_style.h"

#include <qcustomplot.h>

#include "panels/panel_colours.h"

namespace lamscope::ui {

void prepareAxes(QCustomPlot& plot, const QFont& font) {
    for (auto* axis : {plot.xAxis, plot.yAxis}) {
        axis->setLabelFont(font);
        axis->setTickLabelFont(font);
        axis->setLabelPadding(1);
        axis->setTickLength(0, 3);
        axis->setSubTicks(false);
        axis->setNumberFormat(QStringLiteral("g"));
        axis->setNumberPrecision(4);
    }
    plot.yAxis->ticker()->setTickCount(4);
    plot.legend->setFont(font);
    plot.legend->setRowSpacing(-3);
}

void colourPlot(QCustomPlot& plot, const QPalette& palette) {
    const auto base = palette.color(QPalette::Active, QPalette::Base);
    const auto text = palette.color(QPalette::Active, QPalette::Text);
    const auto muted = mutedText(palette);
    const QPen line(borderColour(palette), 1.0);
    plot.setBackground(base);
    for (auto* axis : {plot.xAxis, plot.yAxis}) {
        axis->setBasePen(line);
        axis->setTickPen(line);
        axis->setTickLabelColor(muted);
        axis->setLabelColor(muted);
        axis->grid()->setPen(QPen(mixedColour(text, base, 0.1), 1.0));
        axis->grid()->setZeroLinePen(line);
    }
    plot.legend->setTextColor(text);
    auto veil = base;
    veil.setAlphaF(0.8F);
    plot.legend->setBrush(veil);
    plot.legend->setBorderPen(Qt::NoPen);
}

}  // namespace lamscope::ui
