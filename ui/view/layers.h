// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QPainterPath>
#include <QRectF>
#include <QString>
#include <vector>

#include "method/lam/lam.h"
#include "session/view_settings.h"
#include "view/colour_map.h"

namespace lamscope::ui {

/// A map with the grid that it lies on.
struct PlacedResult {
    const LamResult* result = nullptr;
    double lrPixel = 1.0;  ///< side of one of its LR pixels in pixels of the box grid
};

/// What a pane's layer shows of a map: one value per LR pixel of its context, with the colours for them.
struct LayerMap {
    std::vector<double> values;  ///< context.height x context.width; -1…1 for a diverging map, otherwise 0…1
    int width = 0;               ///< of the context, LR pixels
    const ColourMap* colours = nullptr;  ///< null where there is no map to show
    QImage picture;                      ///< one pixel per value, row 0 on top; what lies beneath shows through
    QRectF place;                        ///< of the context on the box grid, also where the layer has no values
    QPainterPath undefined;              ///< on the box grid: where the network gives no value; drawn hatched
    QString trouble;                     ///< why a layer that should have a map has none
};

/// True for the layers that show one value for each pixel of a map.
[[nodiscard]] bool hasValues(Layer layer);

/// max |Σ_RGB attribution|: what the map was divided by. 0 where the map vanishes.
[[nodiscard]] double attributionMaximum(const LamResult& result);

/// The values and the picture of a layer, without what lies beneath; about 5 ms a megapixel.
///
/// @param shown          the network's map; `result` must not be null.
/// @param reference      the reference network's map, for Layer::Difference: its values are taken at the centres of
///                       this network's LR pixels (nearest neighbour), 0 outside of its context. `result` is null where
///                       there is none.
/// @param sharedMaximum  the attribution that stands for 1; 0: each map's own maximum.
[[nodiscard]] LayerMap makeLayer(const PlacedResult& shown, const PlacedResult& reference, const ViewSettings& view,
                                 double sharedMaximum);

/// What stands in place of a map that is not defined.
[[nodiscard]] QString undefinedMapText(const LamResult& result);

/// The same picture in shades of grey, for results of an older box.
[[nodiscard]] QImage desaturated(const QImage& picture);

/// The area of contribution of a map: outlines of its kernel density.
struct AreaOfContribution {
    struct Band {
        double level;          ///< of the density's maximum
        QPainterPath outline;  ///< LR pixels of the context
    };
    std::vector<Band> bands;  ///< from the outside to the inside
    QString trouble;          ///< why there is none
};

/// Takes Fourier transforms of the context: about 10 ms for 64 x 64. Any thread.
[[nodiscard]] AreaOfContribution areaOfContribution(const LamResult& result);

}  // namespace lamscope::ui
