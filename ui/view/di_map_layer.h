// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPoint>
#include <QPointF>
#include <QRectF>
#include <memory>
#include <optional>

#include "live/live_input.h"
#include "method/lam/di_map.h"
#include "view/layers.h"

namespace lamscope::ui {

/// A DI map with the grid that it lies on.
struct PlacedDiMap {
    std::shared_ptr<const DiMap> map;  ///< null: none
    double srPixel = 1.0;              ///< side of one of its SR pixels in pixels of the box grid
};

/// The least and the largest diffusion index of a map.
struct DiRange {
    double least = 0.0;
    double largest = 0.0;

    friend bool operator==(const DiRange&, const DiRange&) = default;
};

/// nullopt while no cell has an index.
[[nodiscard]] std::optional<DiRange> diRange(const DiMap& map);

/// One tile a cell, a square of the stride's side around the middle of its patch; coarse cells fill in for those that
/// are still to come. `map` must not be null.
///
/// @param range  the indices that have the lowest and the highest colour; `values` are 0…1 between them, NaN without an
///               index.
[[nodiscard]] LayerMap makeDiMapLayer(const PlacedDiMap& placed, const ViewSettings& view, const DiRange& range);

/// The view's colour map where it is perceptually uniform, otherwise viridis.
[[nodiscard]] const ColourMap& diMapColours(const ViewSettings& view);

/// Column and row of the tile under a point of the box grid.
[[nodiscard]] std::optional<QPoint> cellUnder(const PlacedDiMap& placed, QPointF scene);

/// The box whose patch is this cell's.
[[nodiscard]] Box boxOfCell(const PlacedDiMap& placed, QPoint cell);

}  // namespace lamscope::ui
