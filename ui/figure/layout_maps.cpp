// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "figure/figure_grid.h"
#include "figure/figure_layouts.h"

namespace lamscope::ui {

namespace {

/// A map with what it belongs to.
struct OrderedMap {
    const LamDocument* document;
    const NamedLamResult* named;
};

/// All maps, the narrowest first; those that are not defined last.
std::vector<OrderedMap> byDiffusionIndex(const std::vector<LamDocument>& documents) {
    std::vector<OrderedMap> maps;
    for (const auto& document : documents) {
        for (const auto& named : document.results) {
            maps.push_back({&document, &named});
        }
    }
    std::ranges::stable_sort(maps, {}, [](const OrderedMap& map) {
        constexpr double undefined = 101.0;  // above all DI
        return map.named->result.diffusionIndex.value_or(undefined);
    });
    return maps;
}

}  // namespace

double placeMaps(FigureSheet& sheet, const std::vector<LamDocument>& documents, const QPointF& start, double width,
                 const FigureLayout& layout) {
    constexpr double smallestSide = 52.0;
    const auto maps = byDiffusionIndex(documents);
    const double shared = sharedMaximum(documents, layout);
    const auto columns =
        static_cast<std::size_t>(balancedColumns(static_cast<int>(maps.size()), 0, smallestSide, width));
    FigureLetters letters(layout);
    double y = start.y();
    for (std::size_t first = 0; first < maps.size(); first += columns) {
        FigureGrid grid;
        grid.rows.resize(layout.cells.size());
        for (std::size_t i = first; i < first + columns; ++i) {
            const bool exists = i < maps.size();
            for (std::size_t row = 0; row < layout.cells.size(); ++row) {
                grid.rows[row].push_back(
                    exists ? GridCell{FigurePictures(*maps[i].named, layout, shared).cell(layout.cells[row]), {}}
                           : GridCell{});
            }
            if (layout.labels) {
                auto lines = exists ? networkLines(*maps[i].named, *maps[i].document, layout) : QStringList{QString()};
                lines.front().prepend(exists ? letters.next() : QString());
                grid.under.push_back(lines);
            }
        }
        grid.barRow = layout.colourBar ? 0 : -1;
        y += first > 0 ? figureGap : 0.0;
        y = placeGrid(sheet, grid, {start.x(), y}, width, layout);
    }
    return y;
}

}  // namespace lamscope::ui
