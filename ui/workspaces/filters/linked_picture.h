// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>
#include <optional>

#include "view/pane_picture.h"
#include "view/view_transform.h"

class QPainter;

namespace lamscope::ui {

/// A picture with a title, one of several that pan and zoom together: a drag pans, the wheel zooms, a double click and
/// F show all of it, the arrow keys pan, plus and minus zoom.
class LinkedPicture final : public QWidget {
    Q_OBJECT

public:
    /// `transform` must outlive it.
    LinkedPicture(ViewTransform& transform, const QString& name, QWidget* parent = nullptr);

    void setTitle(const QString& title);
    /// At the right of the title, e.g. a PSNR.
    void setValue(const QString& value);
    [[nodiscard]] const QString& value() const { return value_; }
    void setHelp(const QString& help);
    /// A picture that is `dimmed` is of before: it is drawn faded, but for its parts where `newParts`.
    void setPicture(const PanePicture& picture, bool newParts = false);
    [[nodiscard]] const PanePicture& picture() const { return picture_; }
    /// In place of a picture.
    void setNotice(const QString& notice);

    [[nodiscard]] int titleHeight() const;
    [[nodiscard]] QSize minimumSizeHint() const override { return {60, 60}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    [[nodiscard]] QRect imageRect() const;  ///< logical pixels
    [[nodiscard]] SceneMapping mapping() const;
    void describe();
    /// Device pixels.
    void paintPicture(QPainter& painter, const QRect& viewport, int linePixels) const;

    ViewTransform& transform_;
    QString title_;
    QString value_;
    QString help_;
    QString notice_;
    PanePicture picture_;
    bool newParts_ = false;
    std::optional<QPointF> pan_;
};

}  // namespace lamscope::ui
