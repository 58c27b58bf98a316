// SPDX-License-Identifier: GPL-3.0-or-later
#include <QObject>
#include <algorithm>

#include "figure/figure_grid.h"
#include "figure/figure_layouts.h"
#include "view/layers.h"

namespace lamscope::ui {

namespace {

QString cellLabel(FigureCell cell) {
    return QObject::tr(figureCellRow(cell).label);
}

bool showsMap(FigureCell cell) {
    return hasValues(figureCellRow(cell).layer);
}

/// The whole scene stands beside the first map, which has its extent; or first, where there is no map.
std::size_t sceneRow(const FigureLayout& layout) {
    const auto found = std::ranges::find_if(layout.cells, showsMap);
    return found == layout.cells.end() ? 0 : static_cast<std::size_t>(found - layout.cells.begin());
}

GridCell sceneCell(const FigurePictures& pictures, const FigureLayout& layout) {
    return {pictures.scene(), layout.inset ? std::optional(pictures.inset()) : std::nullopt};
}

/// What stands left of the networks' pictures: the same parts of HR or LR.
GridCell truthCell(const FigurePictures& pictures, std::size_t row, const FigureLayout& layout) {
    if (row == sceneRow(layout)) {
        return sceneCell(pictures, layout);
    }
    if (layout.cells[row] == FigureCell::Patch) {
        return {pictures.scenePatch(), {}};
    }
    return pictures.hasHr() ? GridCell{pictures.lr(), {}} : GridCell{};
}

int barRow(const FigureLayout& layout) {
    if (!layout.colourBar || std::ranges::none_of(layout.cells, showsMap)) {
        return -1;
    }
    return layout.networksDown ? 0 : static_cast<int>(sceneRow(layout));
}

QString sceneLabel(const FigurePictures& pictures) {
    return pictures.hasHr() ? QObject::tr("HR") : QObject::tr("LR");
}

/// A document's networks from `first` on, a column each.
FigureGrid across(const LamDocument& document, std::size_t first, std::size_t count, double shared,
                  const FigureLayout& layout, FigureLetters& letters) {
    FigureGrid grid;
    grid.rows.resize(layout.cells.size());
    const FigurePictures truth(document.results.front(), layout, shared);
    for (std::size_t row = 0; row < layout.cells.size(); ++row) {
        grid.rows[row].push_back(truthCell(truth, row, layout));
        if (layout.labels) {
            grid.beside.push_back({cellLabel(layout.cells[row])});
        }
    }
    if (layout.labels) {
        grid.under.push_back({letters.next() + sceneLabel(truth)});
        if (truth.hasHr() && layout.cells.back() == FigureCell::Area && layout.cells.size() > 1) {
            grid.under.back() << QObject::tr("bottom: LR");
        }
    }
    for (std::size_t i = first; i < first + count; ++i) {
        const bool exists = i < document.results.size();  // the last line may be shorter
        for (std::size_t row = 0; row < layout.cells.size(); ++row) {
            grid.rows[row].push_back(
                exists ? GridCell{FigurePictures(document.results[i], layout, shared).cell(layout.cells[row]), {}}
                       : GridCell{});
        }
        if (layout.labels) {
            auto lines = exists ? networkLines(document.results[i], document, layout) : QStringList{QString()};
            lines.front().prepend(exists ? letters.next() : QString());
            grid.under.push_back(lines);
        }
    }
    grid.barRow = barRow(layout);
    return grid;
}

/// A document's networks, a row each.
FigureGrid down(const LamDocument& document, double shared, const FigureLayout& layout, FigureLetters& letters) {
    FigureGrid grid;
    grid.besideUpwards = false;
    for (const auto& named : document.results) {
        const FigurePictures pictures(named, layout, shared);
        auto& row = grid.rows.emplace_back();
        row.push_back(sceneCell(pictures, layout));
        for (const auto cell : layout.cells) {
            row.push_back({pictures.cell(cell), {}});
        }
        if (layout.labels) {
            auto lines = networkLines(named, document, layout);
            lines.front().prepend(letters.next());
            grid.beside.push_back(lines);
        }
    }
    if (layout.labels) {
        grid.under.push_back({sceneLabel(FigurePictures(document.results.front(), layout, shared))});
        for (const auto cell : layout.cells) {
            grid.under.push_back({cellLabel(cell)});
        }
    }
    grid.barRow = barRow(layout);
    return grid;
}

}  // namespace

double placeNetworks(FigureSheet& sheet, const std::vector<LamDocument>& documents, const QPointF& start, double width,
                     const FigureLayout& layout) {
    constexpr double beside = 24.0;  // labels and the colour bar
    const double shared = sharedMaximum(documents, layout);
    FigureLetters letters(layout);
    double y = start.y();
    for (const auto& document : documents) {
        if (y > start.y()) {
            y += 2.0 * figureGap;
        }
        if (layout.networksDown) {
            y = placeGrid(sheet, down(document, shared, layout, letters), {start.x(), y}, width, layout);
            continue;
        }
        constexpr double smallestSide = 32.0;
        const auto count = document.results.size();
        const auto columns =
            static_cast<std::size_t>(balancedColumns(static_cast<int>(count), 1, smallestSide, width - beside));
        for (std::size_t first = 0; first < count; first += columns) {
            y += first > 0 ? figureGap : 0.0;
            const auto grid = across(document, first, columns, shared, layout, letters);
            y = placeGrid(sheet, grid, {start.x(), y}, width, layout);
        }
    }
    return y;
}

}  // namespace lamscope::ui
