// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QPainterPath>
#include <QPoint>
#include <QPointF>
#include <QRectF>
#include <QString>
#include <cstddef>
#include <optional>
#include <vector>

#include "method/lam/lam.h"
#include "session/view_settings.h"
#include "view/colour_map.h"

namespace lamscope::ui {

/// The values with the lowest and the highest colour.
struct ValueRange {
    double least = 0.0;
    double largest = 0.0;

    friend bool operator==(const ValueRange&, const ValueRange&) = default;
};

/// The pixel under a point of the box grid, of a picture at `place` whose pixels have the side `side` there; nullopt
/// beside the picture.
[[nodiscard]] std::optional<QPoint> pixelAt(QPointF scene, const QRectF& place, double side);

/// An area that a layer fills with a colour, and its outline.
struct ColouredArea {
    QRgb colour;
    QPainterPath outline;  ///< in pixels of the map
};

/// A map and the grid on which it lies.
struct PlacedResult {
    const LamResult* result = nullptr;
    double lrPixel = 1.0;  ///< side of an LR pixel of the map, in pixels of the box grid
};

/// What a layer shows of a map: one value per LR pixel of the map's context (of a DI map: per tile), and the colours
/// for the values.
struct LayerMap {
    std::vector<double> values;          ///< rows of `width` values; -1…1 for a diverging map, otherwise 0…1
    int width = 0;                       ///< width of the context in LR pixels; of a DI map: its columns
    const ColourMap* colours = nullptr;  ///< null if there is no map to show
    QImage picture;                      ///< one pixel per value, row 0 on top; partly transparent over the image
    QRectF place;                        ///< place of the context on the box grid, also if the layer has no values
    QPainterPath undefined;              ///< area on the box grid where the network gives no value; drawn hatched
    QPainterPath outline;                ///< on the box grid, drawn as a line
    std::vector<ColouredArea> areas;     ///< drawn half transparent where there is no `picture`, the last one on top
    QString trouble;                     ///< why there is no map, if the layer should have one

    /// The index in `values` of the pixel under a point of the box grid; nullopt where there is none.
    [[nodiscard]] std::optional<std::size_t> indexAt(QPointF scene) const;
};

/// True for the layers that show one value for each pixel of a map.
[[nodiscard]] bool hasValues(Layer layer);

/// max |Σ_RGB attribution|, by which the map was divided; 0 if the map vanishes.
[[nodiscard]] double attributionMaximum(const LamResult& result);

/// The values and the picture of a layer, without the image under it; about 5 ms per megapixel.
///
/// @param shown          the network's map; `result` must not be null.
/// @param reference      the reference network's map, for Layer::Difference: values are taken at the centres of this
///                       network's LR pixels (nearest neighbour); outside of the reference's context they are 0.
///                       `result` is null if there is no reference map.
/// @param sharedMaximum  the attribution that maps to 1; 0: each map's own maximum.
[[nodiscard]] LayerMap makeLayer(const PlacedResult& shown, const PlacedResult& reference, const ViewSettings& view,
                                 double sharedMaximum);

/// The text to show in place of a map that is not defined.
[[nodiscard]] QString undefinedMapText(const LamResult& result);

/// The picture in shades of grey, for results of an older box.
[[nodiscard]] QImage desaturated(const QImage& picture);

/// The area of contribution of a map: outlines of its kernel density.
struct AreaOfContribution {
    struct Band {
        double level;          ///< share of the density's maximum
        QPainterPath outline;  ///< in LR pixels of the context
    };
    std::vector<Band> bands;  ///< from the outermost band to the innermost
    QString trouble;          ///< why there are no bands; empty if there are
};

/// Takes Fourier transforms of the context: about 10 ms for 64 x 64 pixels. May be called on any thread.
[[nodiscard]] AreaOfContribution areaOfContribution(const LamResult& result);

}  // namespace lamscope::ui
