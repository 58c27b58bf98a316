// SPDX-License-Identifier: GPL-3.0-or-later
#include <QObject>
#include <algorithm>
#include <array>

#include "figure/figure_grid.h"
#include "figure/figure_layouts.h"
#include "figure/figure_plot.h"

namespace lamscope::ui {

namespace {

QString pathLabel(PathKind path) {
    switch (path) {
        case PathKind::Blur:
            return QObject::tr("blur path");
        case PathKind::Black:
            return QObject::tr("black, linear");
        case PathKind::BlurredLinear:
            return QObject::tr("blurred, linear");
    }
    return {};
}

/// The same beside a row, where there is less room.
QStringList pathLines(PathKind path) {
    switch (path) {
        case PathKind::Blur:
            return {QObject::tr("blur"), QObject::tr("path")};
        case PathKind::Black:
            return {QObject::tr("black"), QObject::tr("linear")};
        case PathKind::BlurredLinear:
            return {QObject::tr("blurred"), QObject::tr("linear")};
    }
    return {};
}

const NamedLamResult& resultOf(const LamDocument& document) {
    return document.results.front();
}

/// (a) to (d): HR with box, LR, SR, and the map of every path.
FigureGrid overview(const std::vector<LamDocument>& documents, double shared, const FigureLayout& layout,
                    FigureLetters& letters) {
    const auto& main = documents.back();
    const FigurePictures pictures(resultOf(main), layout, shared);
    FigureGrid grid;
    auto& row = grid.rows.emplace_back();
    const auto add = [&](const FigurePicture& picture, const QStringList& lines) {
        row.push_back({picture, {}});
        if (layout.labels) {
            grid.under.push_back(lines);
        }
    };
    if (pictures.hasHr()) {
        row.push_back({pictures.scene(), layout.inset ? std::optional(pictures.inset()) : std::nullopt});
        if (layout.labels) {
            grid.under.push_back({letters.next() + QObject::tr("HR")});
        }
    }
    add(pictures.lr(), {letters.next() + QObject::tr("LR")});
    add(pictures.sr(),
        {letters.next() + QObject::tr("SR, %1").arg(networkLines(resultOf(main), main, layout).front())});
    for (const auto& document : documents) {
        const auto& named = resultOf(document);
        add(FigurePictures(named, layout, shared).map(),
            {letters.next() + QObject::tr("LAM, %1").arg(pathLabel(document.options.path)),
             QStringLiteral("DI %1").arg(numberText(named.result.diffusionIndex, layout))});
    }
    grid.barRow = layout.colourBar ? 0 : -1;
    return grid;
}

/// One of the columns of curves.
struct CurveColumn {
    QString title;
    const std::vector<double> LamCurves::*values;
    bool toTarget;  ///< runs to D(F(I)) - D(F(I'))
};

const std::array<CurveColumn, 3>& curveColumns() {
    static const std::array<CurveColumn, 3> columns{{{QStringLiteral("D(F(γ(α)))"), &LamCurves::detector, false},
                                                     {QStringLiteral("‖∂γ/∂α‖"), &LamCurves::pathSpeed, false},
                                                     {QObject::tr("cumulative"), &LamCurves::cumulative, true}}};
    return columns;
}

/// A curve with what is known at the ends of the path, between which the nodes lie.
struct WholeCurve {
    std::vector<double> alpha;
    std::vector<double> values;

    void add(double a, double value) {
        alpha.push_back(a);
        values.push_back(value);
    }
};

WholeCurve curveOf(const LamResult& result, const CurveColumn& column) {
    WholeCurve curve;
    const bool isDetector = column.values == &LamCurves::detector;
    if (isDetector || column.toTarget) {
        curve.add(0.0, isDetector ? result.detectorBaseline : 0.0);
    }
    const auto& values = result.curves.*column.values;
    for (std::size_t i = 0; i < values.size(); ++i) {
        curve.add(result.curves.alpha[i], values[i]);
    }
    if (isDetector || column.toTarget) {
        curve.add(1.0, isDetector ? result.detectorImage : result.attributionSum);
    }
    return curve;
}

double targetOf(const LamDocument& document) {
    const auto& result = resultOf(document).result;
    return result.detectorImage - result.detectorBaseline;
}

/// One axis for all paths, so that their curves can be compared.
PlotAxis axisOf(const std::vector<LamDocument>& documents, const CurveColumn& column) {
    std::vector<double> values;
    for (const auto& document : documents) {
        const auto curve = curveOf(resultOf(document).result, column);
        values.insert(values.end(), curve.values.begin(), curve.values.end());
        if (column.toTarget) {
            values.push_back(targetOf(document));
        }
    }
    return PlotAxis::around(values);
}

/// Where things lie in the lower half: path images left, curves right.
struct Columns {
    double left = 0.0;
    double side = 0.0;  // of a path image
    double plotsLeft = 0.0;
    double plotWidth = 0.0;
    double labelWidth = 0.0;

    [[nodiscard]] double image(std::size_t index) const {
        return left + labelWidth + static_cast<double>(index) * (side + figureGap);
    }
    [[nodiscard]] double plot(std::size_t index) const {
        return plotsLeft + static_cast<double>(index) * (plotWidth + 2.0 * figureGap);
    }
};

Columns columnsFor(double left, double width, const FigureLayout& layout) {
    constexpr double imagesShare = 0.46;
    const double labels = layout.labels ? 2.0 * lineHeight(labelStyle(layout)) : 0.0;
    const auto images = static_cast<double>(layout.alphas.size());
    Columns columns{.left = left, .labelWidth = labels};
    columns.side = downToGrid((width * imagesShare - labels - (images - 1.0) * figureGap) / images);
    columns.plotsLeft = columns.image(layout.alphas.size()) + figureGap;
    const auto plots = static_cast<double>(curveColumns().size());
    columns.plotWidth = downToGrid((left + width - columns.plotsLeft - (plots - 1.0) * 2.0 * figureGap) / plots);
    return columns;
}

/// What the columns of the lower half show, above them.
double placeTitles(FigureSheet& sheet, const Columns& columns, double y, const FigureLayout& layout,
                   FigureLetters& letters) {
    const auto style = labelStyle(layout);
    const double height = lineHeight(style);
    const double imagesWidth = columns.plotsLeft - figureGap - columns.image(0);
    if (layout.labels) {
        sheet.addText({columns.image(0), y, imagesWidth, height}, Qt::AlignHCenter,
                      letters.next() + QObject::tr("γ(α)"), style);
    }
    for (std::size_t i = 0; i < curveColumns().size(); ++i) {
        sheet.addText({columns.plot(i), y, columns.plotWidth, height}, Qt::AlignHCenter,
                      letters.next() + curveColumns().at(i).title, style);
    }
    return y + height + 1.0;
}

}  // namespace

double placePaths(FigureSheet& sheet, const std::vector<LamDocument>& documents, const QPointF& start, double width,
                  const FigureLayout& layout) {
    const double shared = sharedMaximum(documents, layout);
    FigureLetters letters(layout);
    double y = placeGrid(sheet, overview(documents, shared, layout, letters), start, width, layout) + 2.0 * figureGap;
    const auto columns = columnsFor(start.x(), width, layout);
    y = placeTitles(sheet, columns, y, layout, letters);
    const auto numbers = numberStyle(layout);
    constexpr double lowestPlot = 7.0;  // in letters
    const double height = onGrid(std::max(columns.side, lowestPlot * numbers.size));
    for (const auto& document : documents) {
        const auto& named = resultOf(document);
        const FigurePictures pictures(named, layout, shared);
        if (layout.labels) {
            const auto lines = pathLines(document.options.path);
            const double line = columns.labelWidth / static_cast<double>(lines.size());
            for (qsizetype i = 0; i < lines.size(); ++i) {
                sheet.addTextUpwards({columns.left + static_cast<double>(i) * line, y, line, height}, lines[i],
                                     labelStyle(layout));
            }
        }
        for (std::size_t i = 0; i < layout.alphas.size(); ++i) {
            placePicture(sheet, pictures.pathImage(document.options, layout.alphas[i]),
                         {columns.image(i), y, columns.side, height}, layout);
        }
        for (std::size_t i = 0; i < curveColumns().size(); ++i) {
            const auto& column = curveColumns().at(i);
            const auto curve = curveOf(named.result, column);
            placePlot(sheet, {columns.plot(i), y, columns.plotWidth, height},
                      {.alpha = curve.alpha,
                       .values = curve.values,
                       .axis = axisOf(documents, column),
                       .target = column.toTarget ? std::optional(targetOf(document)) : std::nullopt},
                      layout);
        }
        y += height + figureGap;
    }
    y -= figureGap;
    if (!layout.labels) {
        return y;
    }
    // α under the path images and under each plot.
    const double line = lineHeight(numbers);
    for (std::size_t i = 0; i < layout.alphas.size(); ++i) {
        auto digits = layout;
        digits.decimals = std::min(layout.decimals, 2);
        sheet.addText({columns.image(i), y + 1.0, columns.side, line}, Qt::AlignHCenter,
                      (i == 0 ? QStringLiteral("α = ") : QString()) + numberText(layout.alphas[i], digits), numbers);
    }
    for (std::size_t i = 0; i < curveColumns().size(); ++i) {
        sheet.addText({columns.plot(i), y + 1.0, columns.plotWidth, line}, Qt::AlignHCenter, QStringLiteral("α"),
                      numbers);
    }
    return y + 1.0 + line;
}

}  // namespace lamscope::ui
