// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>
#include <optional>

#include "session/session.h"
#include "view/pane_picture.h"
#include "view/view_transform.h"

namespace lamscope::ui {

/// The image of a pane with the box, and what the mouse does there: a drag moves the box, or brings it to a place
/// outside of it; a click on a cell of a DI map puts it on the cell's patch; Ctrl with the wheel changes its size (with
/// Shift by 8); the wheel zooms; the middle and the right button pan.
class ImageView : public QWidget {
    Q_OBJECT

public:
    ImageView(Session& session, ViewTransform& transform, QWidget* parent = nullptr);

    void setPicture(PanePicture picture);
    void setBox(const QRectF& box);
    [[nodiscard]] const PanePicture& picture() const { return picture_; }
    /// Text over the image: in its middle, or at its lower edge where there is something to see. Empty: none.
    void setNotice(const QString& text);
    [[nodiscard]] const QString& notice() const { return notice_; }

    /// On this widget, in its (logical) pixels.
    [[nodiscard]] QPointF toScene(QPointF position) const;
    [[nodiscard]] QPointF fromScene(QPointF scene) const;

signals:
    void pressed();
    void hovered(QPointF scene);  ///< the point of the box grid under the pointer, which may lie outside of the image
    void left();

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void leaveEvent(QEvent* event) override;
    /// A hidden view hears of no release: a drag ends where it is.
    void hideEvent(QHideEvent* event) override;

private:
    [[nodiscard]] SceneMapping mapping() const;
    void dragBox(QPointF position);
    /// Puts the box on the patch of the DI map's cell that lies there; false where there is none.
    bool putBoxOnCell(QPointF scene);
    void resizeBox(int steps, bool large);
    void updateCursor(QPointF position);
    void drawNotice(QPainter& painter) const;

    Session& session_;
    ViewTransform& transform_;
    PanePicture picture_;
    QString notice_;
    std::optional<QPointF> grip_;   ///< while the box is dragged: where it was taken, from its middle
    std::optional<QPointF> click_;  ///< on a DI map: where the button went down, until the pointer moves away
    std::optional<QPointF> pan_;    ///< while panning: where the pointer was
    int wheelRest_ = 0;             ///< of high-resolution wheels, eighths of a degree
};

}  // namespace lamscope::ui
