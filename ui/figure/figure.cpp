// SPDX-License-Identifier: GPL-3.0-or-later
#include "figure/figure.h"

#include <QFont>
#include <QFontInfo>
#include <QObject>
#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "figure/figure_formats.h"
#include "figure/figure_layouts.h"
#include "view/colour_map.h"

namespace lamscope::ui {

namespace {

constexpr double pointsPerMillimetre = pointsPerInch / 25.4;
constexpr double margin = 0.5;  // half of what lines at the edge need

FigurePainter* painterOf(FigureKind kind) {
    switch (kind) {
        case FigureKind::Paths:
            return placePaths;
        case FigureKind::Maps:
            return placeMaps;
        case FigureKind::Networks:
            return placeNetworks;
        case FigureKind::Interest:
            return placeInterest;
    }
    return placeNetworks;
}

}  // namespace

FigureSheet layOutFigure(const std::vector<LamDocument>& documents, const FigureLayout& layout) {
    if (documents.empty()
        || std::ranges::any_of(documents, [](const auto& document) { return document.results.empty(); })) {
        throw Error(ErrorCode::InvalidArgument, "there is no result to make a figure of: compute a map first");
    }
    static_cast<void>(colourMap(layout.colourMap));
    const double width = layout.widthMm * pointsPerMillimetre;
    const double outside = std::max(margin, onGrid(layout.boxWidth / 2.0));
    FigureSheet sheet;
    const double bottom = painterOf(layout.kind)(sheet, documents, {outside, outside}, width - 2.0 * outside, layout);
    sheet.size = {width, std::ceil(bottom + outside)};
    const auto family = QString::fromStdString(layout.font);
    if (const auto found = QFontInfo(QFont(family)).family(); found.compare(family, Qt::CaseInsensitive) != 0) {
        sheet.warnings.push_back(QObject::tr("The typeface %1 is not installed; %2 is used").arg(family, found));
    }
    return sheet;
}

}  // namespace lamscope::ui
