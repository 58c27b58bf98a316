// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QPainter>
#include <QPointF>
#include <QRectF>
#include <QSizeF>
#include <memory>

#include "view/di_map_layer.h"
#include "view/layers.h"
#include "view/pyramid.h"

namespace lamscope::ui {

/// Where the scene lies on the screen.
struct SceneMapping {
    double zoom = 1.0;  ///< device pixels per pixel of the box grid
    QPoint origin;      ///< device pixel of the scene's top-left corner

    [[nodiscard]] QPointF toScreen(QPointF scene) const { return scene * zoom + origin; }
    [[nodiscard]] QPointF toScene(QPointF screen) const { return (screen - origin) / zoom; }
    [[nodiscard]] QRectF toScreen(const QRectF& scene) const {
        return {toScreen(scene.topLeft()), toScreen(scene.bottomRight())};
    }
};

/// The image of a pane in parts, from the bottom up; places are on the box grid.
struct PanePicture {
    std::shared_ptr<const Image> image;   ///< null: not known yet
    std::shared_ptr<const Pyramid> base;  ///< `image` as it is drawn: maybe grey; null: not ready yet
    QRectF basePlace;

    LayerMap map;
    PlacedDiMap diMap;       ///< that `map` shows; nothing lies outside of its context then
    bool opaqueMap = false;  ///< the map is read on white: what lies around it is pushed back more
    std::shared_ptr<const AreaOfContribution> area;  ///< null: none
    const ColourMap* areaColours = nullptr;          ///< set where `area` is
    bool dimmed = false;  ///< what lies on the image belongs to an older box; `map.picture` is then grey

    QImage interest;  ///< areas of interest; null: none
    QRectF interestPlace;

    QRectF box;  ///< empty: none
};

/// Paints in device pixels (the painter's transform must be the identity on them). Pixels are not smoothed where they
/// cover a device pixel or more. The box has a white line of `linePixels` device pixels around it and a red one inside.
void paintPanePicture(QPainter& painter, const PanePicture& picture, const SceneMapping& mapping, const QRect& viewport,
                      int linePixels);

}  // namespace lamscope::ui
