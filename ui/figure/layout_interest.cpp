// SPDX-License-Identifier: GPL-3.0-or-later
#include <QObject>
#include <algorithm>
#include <utility>

#include "figure/figure_grid.h"
#include "figure/figure_layouts.h"
#include "view/areas_of_interest.h"

namespace lamscope::ui {

namespace {

struct LegendEntry {
    QColor colour;
    QString text;
};

double placeLegend(FigureSheet& sheet, const QPointF& start, double width, const FigureLayout& layout) {
    const auto style = labelStyle(layout);
    const SheetFont font(style);
    const double height = lineHeight(style);
    const double square = onGrid(font.capHeight());
    const std::vector<LegendEntry> entries{
        {QColor::fromRgb(mostLookColour), QObject::tr("more than half of the networks look here")},
        {QColor::fromRgb(someLookColour), QObject::tr("some do")}};
    double length = -4.0 * figureGap;
    for (const auto& entry : entries) {
        length += square + figureGap + font.width(entry.text) + 4.0 * figureGap;
    }
    // On one line where it fits, otherwise a line an entry.
    const bool oneLine = length <= width;
    double x = onGrid(start.x() + std::max((width - length) / 2.0, 0.0));
    double y = start.y();
    for (const auto& entry : entries) {
        sheet.addFilled({x, onGrid(y + (height - square) / 2.0), square, square}, entry.colour);
        const double textLeft = x + square + figureGap;
        const double room = oneLine ? font.width(entry.text) + 1.0 : start.x() + width - textLeft;
        sheet.addText({textLeft, y, room, height}, Qt::AlignLeft, entry.text, style);
        if (oneLine) {
            x = onGrid(textLeft + font.width(entry.text) + 4.0 * figureGap);
        } else {
            y += height;
        }
    }
    return oneLine ? y + height : y;
}

/// An image's scene, its LR, and where the networks look.
struct InterestPictures {
    FigurePicture scene;
    FigurePicture lr;
    FigurePicture interest;
    bool hasHr = false;
};

InterestPictures picturesOf(const LamDocument& document, const FigureLayout& layout) {
    const FigurePictures pictures(document.results.front(), layout, 0.0);
    return {pictures.scene(), pictures.lr(), interestPicture(document, layout), pictures.hasHr()};
}

/// Says which networks the areas leave out, since their pixels are others.
void warnOfOtherGrids(FigureSheet& sheet, const LamDocument& document) {
    const auto& first = document.results.front();
    QStringList others;
    for (const auto& named : document.results) {
        if (!sharesGrid(named, first)) {
            others << QString::fromStdString(named.card.name);
        }
    }
    if (!others.isEmpty()) {
        sheet.warnings.push_back(
            QObject::tr("The areas of interest leave out %1: networks of other scales than ×%2 have other LR pixels")
                .arg(others.join(QStringLiteral(", ")))
                .arg(first.card.scale));
    }
}

/// Empty where HR is not known.
GridCell sceneCell(const InterestPictures& pictures) {
    return {pictures.hasHr ? std::optional(pictures.scene) : std::nullopt, {}};
}

}  // namespace

double placeInterest(FigureSheet& sheet, const std::vector<LamDocument>& documents, const QPointF& start, double width,
                     const FigureLayout& layout) {
    constexpr double smallestSide = 44.0;
    constexpr std::size_t fewImages = 2;  // side by side; from three on, a column each as in the paper
    FigureLetters letters(layout);
    const bool anyHr = std::ranges::any_of(
        documents, [](const auto& document) { return !document.results.front().result.hr.empty(); });
    QStringList names{QObject::tr("LR"), QObject::tr("Interest")};
    if (anyHr) {
        names.prepend(QObject::tr("HR"));
    }
    warnOfOtherGrids(sheet, documents.front());
    double y = start.y();
    if (documents.size() <= fewImages) {
        FigureGrid grid;
        for (const auto& document : documents) {
            const auto pictures = picturesOf(document, layout);
            auto& row = grid.rows.emplace_back();
            if (anyHr) {
                row.push_back(sceneCell(pictures));
            }
            row.push_back({pictures.lr, {}});
            row.push_back({pictures.interest, {}});
        }
        if (layout.labels) {
            for (const auto& name : names) {
                grid.under.push_back({letters.next() + name});
            }
        }
        y = placeGrid(sheet, grid, start, width, layout);
    } else {
        const auto columns =
            static_cast<std::size_t>(balancedColumns(static_cast<int>(documents.size()), 0, smallestSide, width));
        for (std::size_t first = 0; first < documents.size(); first += columns) {
            FigureGrid grid;
            grid.rows.resize(static_cast<std::size_t>(names.size()));
            for (std::size_t i = first; i < first + columns; ++i) {
                std::vector<GridCell> column(grid.rows.size());
                if (i < documents.size()) {
                    const auto pictures = picturesOf(documents[i], layout);
                    column.front() = sceneCell(pictures);
                    column[column.size() - 2] = {pictures.lr, {}};
                    column.back() = {pictures.interest, {}};
                }
                for (std::size_t row = 0; row < grid.rows.size(); ++row) {
                    grid.rows[row].push_back(std::move(column[row]));
                }
            }
            if (layout.labels) {
                for (const auto& name : names) {
                    grid.beside.push_back({name});
                }
            }
            y += first > 0 ? figureGap : 0.0;
            y = placeGrid(sheet, grid, {start.x(), y}, width, layout);
        }
        y += figureGap;
    }
    return layout.labels ? placeLegend(sheet, {start.x(), y}, width, layout) : y;
}

}  // namespace lamscope::ui
