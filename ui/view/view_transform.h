// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QPointF>
#include <QRectF>
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
    [[nodiscard]] bool isFitted() const {
        return keeps_ == Keeps::Whole || (keeps_ == Keeps::Either && wholeSuffices());
    }
    /// True while a region is shown and follows the size of the panes: since it was set, nobody has zoomed or panned.
    [[nodiscard]] bool showsRegion() const { return keeps_ != Keeps::Place && !isFitted(); }
    /// The part of the scene that the smallest pane shows.
    [[nodiscard]] QRectF visible() const;
    [[nodiscard]] bool showsAll() const { return zoom_ <= fittingZoom(); }

    /// Sets the extent of the box grid. The view keeps showing the same part of the scene.
    void setSceneSize(QSizeF size);
    /// Sets the smallest area that a pane has for its image, in device pixels.
    void setViewport(QSizeF size);

    void fit() { keep(Keeps::Whole, {}, 0.0); }
    /// Shows a region of the scene, with the image around it, as large as the panes allow, with at least `leastZoom`
    /// device pixels per pixel of the box grid. In panes too small for that the middle of the region is in view.
    void showRegion(const QRectF& region, double leastZoom) { keep(Keeps::Region, region, leastZoom); }
    /// The same, or the whole image where that is drawn with `leastZoom` or is hardly larger than the region.
    void showWholeOrRegion(const QRectF& region, double leastZoom) { keep(Keeps::Either, region, leastZoom); }
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
    /// What stays in view when panes or the box grid change.
    enum class Keeps { Whole, Region, Either, Place };

    [[nodiscard]] double fittingZoom(QSizeF size) const;
    [[nodiscard]] double fittingZoom() const { return fittingZoom(scene_); }
    [[nodiscard]] bool wholeSuffices() const;
    void keep(Keeps what, const QRectF& region, double leastZoom);
    void showKept();
    [[nodiscard]] double allowed(double zoom) const;
    void apply(double zoom, QPointF centre);

    QSizeF scene_;
    QSizeF viewport_;
    double zoom_ = 1.0;
    QPointF centre_;
    Keeps keeps_ = Keeps::Whole;
    QRectF region_;
    double leastZoom_ = 0.0;
};

}  // namespace lamscope::ui
