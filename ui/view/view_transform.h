// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QPointF>
#include <QSizeF>

namespace lamscope::ui {

/// The part of the scene that the panes show. One transform serves all panes, so that they pan and zoom together.
/// Points of the scene are in pixels of the box grid (see Box), sizes on the screen in device pixels. GUI thread only.
class ViewTransform : public QObject {
    Q_OBJECT

public:
    explicit ViewTransform(QObject* parent = nullptr);

    [[nodiscard]] double zoom() const { return zoom_; }       ///< device pixels per pixel of the box grid
    [[nodiscard]] QPointF centre() const { return centre_; }  ///< the point of the scene in the middle of every pane
    /// True while the whole image is shown and follows the size of the panes.
    [[nodiscard]] bool isFitted() const { return fitted_; }

    /// Sets the extent of the box grid. If the view is not fitted, it keeps showing the same part of the scene.
    void setSceneSize(QSizeF size);
    /// Sets the smallest area that a pane has for its image, in device pixels.
    void setViewport(QSizeF size);

    void fit();
    /// Zooms. `anchor` (a point of the scene) stays at its place on the screen, unless the image is smaller than the
    /// view and is therefore centred. The zoom stays between half of min(what fits, 1) and max(what fits, 64).
    void setZoom(double zoom, QPointF anchor);
    void setZoom(double zoom) { setZoom(zoom, centre_); }
    /// Moves the image by device pixels. The image cannot get lost: the middle of the view stays inside of it.
    void pan(QPointF devicePixels);
    void centreOn(QPointF scenePoint);

signals:
    void changed();

private:
    [[nodiscard]] double fittingZoom() const;
    [[nodiscard]] double allowed(double zoom) const;
    void apply(double zoom, QPointF centre);

    QSizeF scene_;
    QSizeF viewport_;
    double zoom_ = 1.0;
    QPointF centre_;
    bool fitted_ = true;
};

}  // namespace lamscope::ui
