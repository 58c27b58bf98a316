// SPDX-License-Identifier: GPL-3.0-or-later
#include "figure/figure_plot.h"

#include <algorithm>
#include <cmath>

#include "figure/figure_grid.h"

namespace lamscope::ui {

namespace {

constexpr double tick = 2.0;
const QColor ink(60, 60, 60);
const QColor curveColour(31, 90, 180);
const QColor targetColour(200, 30, 40);

}  // namespace

PlotAxis PlotAxis::around(std::span<const double> values) {
    double least = 0.0;
    double most = 0.0;
    for (const double value : values) {
        if (std::isfinite(value)) {
            least = std::min(least, value);
            most = std::max(most, value);
        }
    }
    if (most <= least) {
        return {};
    }
    constexpr double steps = 3.0;
    const double wanted = (most - least) / steps;
    const double power = std::pow(10.0, std::floor(std::log10(wanted)));
    double step = 10.0 * power;
    for (const double factor : {5.0, 2.0, 1.0}) {
        step = factor * power >= wanted ? factor * power : step;
    }
    return {std::floor(least / step) * step, std::ceil(most / step) * step, step};
}

QString PlotAxis::label(double value, const FigureLayout& layout) const {
    auto plain = layout;
    plain.decimals = std::clamp(static_cast<int>(-std::floor(std::log10(step) + 1e-9)), 0, 6);
    return numberText(value, plain);
}

void placePlot(FigureSheet& sheet, const QRectF& place, const FigurePlot& plot, const FigureLayout& layout) {
    const auto style = numberStyle(layout);
    const SheetFont font(style);
    const double capitals = font.capHeight();
    const auto& axis = plot.axis;
    const int numbers = static_cast<int>(std::lround((axis.to - axis.from) / axis.step));
    double numberWidth = 0.0;
    for (int i = 0; i <= numbers; ++i) {
        numberWidth = std::max(numberWidth, font.width(axis.label(axis.from + i * axis.step, layout)));
    }
    const double endWidth = font.width(QStringLiteral("1"));
    // The 0 of one axis keeps clear of the other's.
    const double gap = std::max(1.0, endWidth / 2.0 - tick + 1.0);
    const QRectF area(
        QPointF(onGrid(place.left() + numberWidth + tick + gap), onGrid(place.top() + capitals / 2.0)),
        QPointF(onGrid(place.right() - endWidth / 2.0 - 0.5), onGrid(place.bottom() - capitals - tick - 2.5)));
    const auto toX = [&](double alpha) { return area.left() + alpha * area.width(); };
    const auto toY = [&](double value) {
        return area.bottom() - (value - axis.from) / (axis.to - axis.from) * area.height();
    };

    for (int i = 0; i <= numbers; ++i) {
        const double value = axis.from + i * axis.step;
        const double y = toY(value);
        sheet.addLine({area.left() - tick, y}, {area.left(), y}, ink, layout.lineWidth);
        sheet.addText({place.left(), y - capitals / 2.0, numberWidth, capitals}, Qt::AlignRight,
                      axis.label(value, layout), style);
    }
    for (const double alpha : {0.0, 0.5, 1.0}) {
        const double x = toX(alpha);
        const PlotAxis half{.from = 0.0, .to = 1.0, .step = alpha == 0.5 ? 0.5 : 1.0};
        const auto label = half.label(alpha, layout);
        sheet.addLine({x, area.bottom()}, {x, area.bottom() + tick}, ink, layout.lineWidth);
        const double width = font.width(label) + 0.1;
        sheet.addText({x - width / 2.0, area.bottom() + tick + 1.5, width, capitals}, Qt::AlignHCenter, label, style);
    }
    if (axis.from < 0.0) {
        sheet.addLine({area.left(), toY(0.0)}, {area.right(), toY(0.0)}, QColor(190, 190, 190), layout.lineWidth / 2.0);
    }
    if (plot.target) {
        sheet.addLine({area.left(), toY(*plot.target)}, {area.right(), toY(*plot.target)}, targetColour,
                      layout.lineWidth, true);
    }
    QPainterPath curve;
    for (std::size_t i = 0; i < plot.alpha.size(); ++i) {
        if (!std::isfinite(plot.values[i])) {
            continue;
        }
        const QPointF point(toX(plot.alpha[i]), toY(plot.values[i]));
        if (curve.elementCount() == 0) {
            curve.moveTo(point);
        } else {
            curve.lineTo(point);
        }
    }
    sheet.items.emplace_back(
        SheetPath{.path = curve, .fill = {}, .line = curveColour, .width = 1.5 * layout.lineWidth});
    sheet.addLine(area.topLeft(), area.bottomLeft(), ink, layout.lineWidth);
    sheet.addLine(area.bottomLeft(), area.bottomRight(), ink, layout.lineWidth);
}

}  // namespace lamscope::ui
