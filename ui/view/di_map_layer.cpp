// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/di_map_layer.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "view/image_layer.h"

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

PlacedDiMap placedMap(const LayerInput& input) {
    return {input.entry.diMap, input.srPixel()};
}

/// nullopt while no cell has an index.
std::optional<ValueRange> rangeInUse(const LayerInput& input) {
    return input.shared ? input.shared : diRange(*input.entry.diMap);
}

QString textOf(const DiMapCell& cell) {
    const auto where = QObject::tr("patch (%1, %2)").arg(cell.patch.x).arg(cell.patch.y);
    if (!cell.diffusionIndex) {
        return QObject::tr("DI not defined · %1").arg(where);
    }
    return QObject::tr("DI %1 · 95 % %2 px · radius %3 px · %4 · %5 %6")
        .arg(*cell.diffusionIndex, 0, 'f', 2)
        .arg(cell.mass95Pixels.value_or(0))
        .arg(cell.radiusPixels.value_or(0.0), 0, 'f', 1)
        .arg(where)
        .arg(cell.nodes)
        .arg(cell.rule == IntegrationRule::Secant ? QObject::tr("cells") : QObject::tr("nodes"));
}

}  // namespace

std::optional<ValueRange> diRange(const DiMap& map) {
    std::optional<ValueRange> range;
    for (const auto& cell : map.cells) {
        if (const auto& index = cell.diffusionIndex) {
            range = range ? ValueRange{std::min(range->least, *index), std::max(range->largest, *index)}
                          : ValueRange{*index, *index};
        }
    }
    return range;
}

const ColourMap& diMapColours(const ViewSettings& view) {
    // White to red gets no darker in its first half: equal steps of DI would not look equal.
    return colourMap(view.colourMap == colourMapNames().front() ? "viridis" : view.colourMap);
}

LayerMap makeDiMapLayer(const PlacedDiMap& placed, const ViewSettings& view, const ValueRange& range) {
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

PanePicture DiMapLayer::picture(const LayerInput& input) const {
    PanePicture picture;
    addImage(picture, input, BaseImage::SrOrLr, input.entry.diMap != nullptr);
    if (input.entry.diMap) {
        const auto placed = placedMap(input);
        picture.map = makeDiMapLayer(placed, input.view(), rangeInUse(input).value_or(ValueRange()));
        picture.mapOfWhole = true;
        picture.boxAt = [placed](QPointF scene) {
            const auto cell = cellUnder(placed, scene);
            return cell ? std::optional(boxOfCell(placed, *cell)) : std::nullopt;
        };
    }
    return picture;
}

QString DiMapLayer::notice(const LayerInput& input, const PanePicture& /*picture*/) const {
    const auto& entry = input.entry;
    return entry.diMap || !entry.diMapTrouble.isEmpty() ? entry.diMapTrouble : QObject::tr("No DI map yet.");
}

ColourScale DiMapLayer::scale(const LayerInput& input, const PanePicture& picture) const {
    const auto range = input.entry.diMap ? rangeInUse(input) : std::nullopt;
    if (!range) {
        return {};
    }
    const auto number = [](double index) { return QString::number(index, 'f', index < 10.0 ? 2 : 1); };
    return {.colours = picture.map.colours,
            .caption = input.shared ? QObject::tr("DI, shared scale") : QObject::tr("DI"),
            .lowest = number(range->least),
            .highest = number(range->largest)};
}

QString DiMapLayer::readout(const LayerInput& input, const PanePicture& /*picture*/, QPointF scene) const {
    const auto at = cellUnder(placedMap(input), scene);
    const auto* cell = at ? input.entry.diMap->shownAt(at->x(), at->y()) : nullptr;
    return cell != nullptr ? textOf(*cell) : QString();
}

std::optional<LayerRange> DiMapLayer::range(const NetworkEntry& entry) const {
    const auto own = entry.diMap ? diRange(*entry.diMap) : std::nullopt;
    return own ? std::optional(LayerRange{*own}) : std::nullopt;
}

QString DiMapLayer::stoppedText() const {
    return QObject::tr("Stopped: maps go on with the next change, the DI map with G");
}

}  // namespace lamscope::ui
