// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPoint>
#include <QPointF>
#include <QRectF>
#include <memory>
#include <optional>

#include "live/live_input.h"
#include "method/lam/di_map.h"
#include "view/pane_layer.h"

namespace lamscope::ui {

/// A DI map and the grid on which it lies.
struct PlacedDiMap {
    std::shared_ptr<const DiMap> map;  ///< null: none
    double srPixel = 1.0;              ///< side of an SR pixel of the map, in pixels of the box grid
};

/// The smallest and the largest diffusion index of a map; nullopt if no cell has an index yet.
[[nodiscard]] std::optional<ValueRange> diRange(const DiMap& map);

/// The layer of a DI map: one tile per cell, a square with the side of the stride around the middle of the cell's
/// patch. Coarse cells stand in for cells that are not computed yet. `placed.map` must not be null.
///
/// @param range  the indices with the lowest and the highest colour. `values` of the layer are 0…1 between them, NaN
///               for a cell without an index.
[[nodiscard]] LayerMap makeDiMapLayer(const PlacedDiMap& placed, const ViewSettings& view, const ValueRange& range);

/// The view's colour map if it is perceptually uniform, otherwise viridis.
[[nodiscard]] const ColourMap& diMapColours(const ViewSettings& view);

/// Column and row of the tile under a point of the box grid; nullopt if there is no tile.
[[nodiscard]] std::optional<QPoint> cellUnder(const PlacedDiMap& placed, QPointF scene);

/// The box that covers the patch of a cell.
[[nodiscard]] Box boxOfCell(const PlacedDiMap& placed, QPoint cell);

/// The DI map over the image; a click puts the box on the patch of a cell.
class DiMapLayer final : public PaneLayer {
public:
    [[nodiscard]] PanePicture picture(const LayerInput& input) const override;
    [[nodiscard]] QString notice(const LayerInput& input, const PanePicture& picture) const override;
    [[nodiscard]] ColourScale scale(const LayerInput& input, const PanePicture& picture) const override;
    [[nodiscard]] QString readout(const LayerInput& input, const PanePicture& picture, QPointF scene) const override;
    [[nodiscard]] std::optional<LayerRange> range(const NetworkEntry& entry) const override;
    [[nodiscard]] QString stoppedText() const override;
};

}  // namespace lamscope::ui
