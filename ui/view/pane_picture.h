// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QPainter>
#include <QPointF>
#include <QRectF>
#include <QSizeF>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "live/live_input.h"
#include "view/layers.h"
#include "view/pyramid.h"

namespace lamscope::ui {

/// The place of the scene on the screen.
struct SceneMapping {
    double zoom = 1.0;  ///< device pixels per pixel of the box grid
    QPoint origin;      ///< the scene's top-left corner, in device pixels

    [[nodiscard]] QPointF toScreen(QPointF scene) const { return scene * zoom + origin; }
    [[nodiscard]] QPointF toScene(QPointF screen) const { return (screen - origin) / zoom; }
    [[nodiscard]] QRectF toScreen(const QRectF& scene) const {
        return {toScreen(scene.topLeft()), toScreen(scene.bottomRight())};
    }
};

/// A part of an image that is known before the whole.
struct PicturePart {
    std::shared_ptr<const Image> image;
    std::shared_ptr<const Image> hr;      ///< of the same place; null where it is not known
    std::shared_ptr<const Pyramid> base;  ///< `image` as it is drawn; null: not ready yet
    QRectF place;
};

/// The parts of a pane's picture, from the bottom to the top. Places are on the box grid.
struct PanePicture {
    std::shared_ptr<const Image> image;   ///< null: not known yet
    std::shared_ptr<const Pyramid> base;  ///< `image` as it is drawn, perhaps in grey; null: not ready yet
    QRectF basePlace;

    std::vector<PicturePart> parts;  ///< drawn over `base`, one after the other

    LayerMap map;
    bool opaqueMap = false;   ///< the map is read on white: the image around it is faded more
    bool mapOfWhole = false;  ///< the map is of the whole image: it ends where the image does, and nothing is veiled
    bool dimmed = false;      ///< everything over the image belongs to an older box; `map.picture` is then grey
    /// Where a click at a point of the box grid puts the box; null or nullopt: the middle of the box comes there.
    std::function<std::optional<Box>(QPointF scene)> boxAt;

    QImage interest;  ///< areas of interest; null: none
    QRectF interestPlace;

    QRectF box;  ///< empty: none
};

/// Shows what lies over the image as that of an older box.
void dim(PanePicture& picture);

/// Paints in device pixels; the painter's transform must be the identity on them. A pixel of the picture is not
/// smoothed if it covers a device pixel or more. The box is a red line with a white line of `linePixels` device pixels
/// around it.
void paintPanePicture(QPainter& painter, const PanePicture& picture, const SceneMapping& mapping, const QRect& viewport,
                      int linePixels);

}  // namespace lamscope::ui
