// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "view/pane_picture.h"
#include "view/view_transform.h"

namespace lamscope::ui {

/// A small picture of the whole image in the corner of a pane: the visible part is outlined, the box is marked. A click
/// or a drag in it moves the visible part there. It hides itself while the whole image is in view.
class Overview : public QWidget {
    Q_OBJECT

public:
    Overview(ViewTransform& transform, QWidget* parent);

    /// The image, with its box, that it shows small. An empty picture hides it.
    void setPicture(const PanePicture& picture);
    /// Finds its size and its corner in the parent.
    void place();

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;

private:
    void follow();
    /// Of this widget, in device pixels.
    [[nodiscard]] SceneMapping mapping() const;

    ViewTransform& transform_;
    PanePicture picture_;  ///< the image and the box alone
};

}  // namespace lamscope::ui
