// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QPointF>
#include <QSizeF>

namespace lamscope::ui {

/// Which part of the scene the panes show: one for all of them, so that they pan and zoom together. Points of the scene
/// are in pixels of the box grid (see Box), sizes on the screen in device pixels. GUI thread only.
class ViewTransform : public QObject {
    Q_OBJECT

public:
    explicit ViewTransform(QObject* parent = nullptr);

    [[nodiscard]] double zoom() const { return zoom_; }       ///< device pixels per pixel of the box grid
    [[nodiscard]] QPointF centre() const { return centre_; }  ///< the point of the scene in the middle of each pane
    /// True while the whole image is shown and follows the size of the panes.
    [[nodiscard]] bool isFitted() const { return fitted_; }

    /// The extent of the box grid. Unless it is fitted, the same part of the scene stays in view.
    void setSceneSize(QSizeF size);
    /// The smallest area that a pane has for its image, in device pixels.
    void setViewport(QSizeF size);

    void fit();
    /// Zooms, with `anchor` (a point of the scene) staying where it is on the screen, but for an image that is smaller
    /// than the view and is centred. The zoom is kept between half of what fits and 64 (or what fits, if that is more).
    void setZoom(double zoom, QPointF anchor);
    void setZoom(double zoom) { setZoom(zoom, centre_); }
    /// Moves the image by device pixels. It cannot be lost: the middle of the view stays inside of it.
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
