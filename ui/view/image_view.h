// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>
#include <optional>

#include "session/session.h"
#include "view/pane_picture.h"
#include "view/view_transform.h"

namespace lamscope::ui {

class Overview;

/// The image of a pane with the box, and the mouse in it. A drag moves the box; a drag that starts outside of the box
/// brings the box there first. A click puts the box where the picture says (PanePicture::boxAt). Ctrl + wheel changes
/// the size of the box by 1 pixel, with Shift by 8. The wheel zooms. The middle and the right button pan.
class ImageView : public QWidget {
    Q_OBJECT

public:
    ImageView(Session& session, ViewTransform& transform, QWidget* parent = nullptr);

    void setPicture(PanePicture picture);
    void setBox(const QRectF& box);
    /// A small picture of the whole image in a corner, where not all of it is in view.
    void setHasOverview(bool has);
    [[nodiscard]] const PanePicture& picture() const { return picture_; }
    /// Text over the image: in the middle, or at the lower edge if there is a picture. Empty: none.
    void setNotice(const QString& text);
    [[nodiscard]] const QString& notice() const { return notice_; }

    /// From a position on this widget, in logical pixels, to a point of the box grid, and back.
    [[nodiscard]] QPointF toScene(QPointF position) const;
    [[nodiscard]] QPointF fromScene(QPointF scene) const;

signals:
    void pressed();
    void hovered(QPointF scene);  ///< the point of the box grid under the pointer; may lie outside of the image
    void left();

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    /// Ends a drag: a hidden view gets no release of the button.
    void hideEvent(QHideEvent* event) override;

private:
    [[nodiscard]] SceneMapping mapping() const;
    void dragBox(QPointF position);
    /// Puts the box where a click at `scene` puts it; false if the picture does not say.
    bool putBox(QPointF scene);
    void resizeBox(int steps, bool large);
    void updateCursor(QPointF position);
    void drawNotice(QPainter& painter) const;

    Session& session_;
    ViewTransform& transform_;
    PanePicture picture_;
    Overview* overview_;
    bool hasOverview_ = false;
    QString notice_;
    std::optional<QPointF> grip_;   ///< while the box is dragged: its grasped point, from its middle
    std::optional<QPointF> click_;  ///< the press, until the pointer moves away, where the picture has boxAt
    std::optional<QPointF> pan_;    ///< while panning: the last position of the pointer
    int wheelRest_ = 0;             ///< rest of a high-resolution wheel's turn, eighths of a degree
};

}  // namespace lamscope::ui
