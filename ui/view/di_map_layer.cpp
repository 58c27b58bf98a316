// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/di_map_layer.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lamscope::ui {

namespace {

/// At full opacity of the layer the image can still be made out under the tiles.
constexpr double largestOpacity = 0.7;

double tileSide(const PlacedDiMap& placed) {
    return placed.map->stride * placed.srPixel;
}

QRectF placeOfTiles(const PlacedDiMap& placed) {
    const auto& first = placed.map->cells.front().patch;
    const double shift = 0.5 * (first.size - placed.map->stride);
    const double side = tileSide(placed);
    return {(first.x + shift) * placed.srPixel, (first.y + shift) * placed.srPixel, placed.map->columns * side,
            placed.map->rows * side};
}

}  // namespace

std::optional<DiRange> diRange(const DiMap& map) {
    std::optional<DiRange> range;
    for (const auto& cell : map.cells) {
        if (const auto& index = cell.diffusionIndex) {
            range = range ? DiRange{std::min(range->least, *index), std::max(range->largest, *index)}
                          : DiRange{*index, *index};
        }
    }
    return range;
}

const ColourMap& diMapColours(const ViewSettings& view) {
    // White to red gets no darker in its first half: equal steps of DI would not look equal.
    return colourMap(view.colourMap == colourMapNames().front() ? "viridis" : view.colourMap);
}

LayerMap makeDiMapLayer(const PlacedDiMap& placed, const ViewSettings& view, const DiRange& range) {
    const auto& map = *placed.map;
    const double span = range.largest - range.least;
    const auto alpha = static_cast<int>(std::lround(255.0 * largestOpacity * view.opacity));
    LayerMap layer;
    layer.width = map.columns;
    layer.place = placeOfTiles(placed);
    layer.colours = &diMapColours(view);
    layer.picture = QImage(map.columns, map.rows, QImage::Format_ARGB32_Premultiplied);
    layer.picture.fill(Qt::transparent);
    const double side = tileSide(placed);
    for (int row = 0; row < map.rows; ++row) {
        auto* line = reinterpret_cast<QRgb*>(layer.picture.scanLine(row));
        for (int column = 0; column < map.columns; ++column) {
            const auto* cell = map.shownAt(column, row);
            double value = std::numeric_limits<double>::quiet_NaN();
            if (cell != nullptr && cell->diffusionIndex) {
                value = span > 0.0 ? std::clamp((*cell->diffusionIndex - range.least) / span, 0.0, 1.0) : 0.0;
                const QRgb colour = layer.colours->at(value);
                line[column] = qPremultiply(qRgba(qRed(colour), qGreen(colour), qBlue(colour), alpha));
            } else if (cell != nullptr) {
                layer.undefined.addRect(layer.place.left() + column * side, layer.place.top() + row * side, side, side);
            }
            layer.values.push_back(value);
        }
    }
    return layer;
}

std::optional<QPoint> cellUnder(const PlacedDiMap& placed, QPointF scene) {
    if (!placed.map) {
        return std::nullopt;
    }
    const auto tile = (scene - placeOfTiles(placed).topLeft()) / tileSide(placed);
    const QPoint cell(static_cast<int>(std::floor(tile.x())), static_cast<int>(std::floor(tile.y())));
    const QRect all(0, 0, placed.map->columns, placed.map->rows);
    return all.contains(cell) ? std::optional(cell) : std::nullopt;
}

Box boxOfCell(const PlacedDiMap& placed, QPoint cell) {
    const auto& patch = placed.map->at(cell.x(), cell.y()).patch;
    const auto scaled = [&](int value) { return static_cast<int>(std::lround(value * placed.srPixel)); };
    return {scaled(patch.x), scaled(patch.y), std::max(scaled(patch.size), 1)};
}

}  // namespace lamscope::ui
