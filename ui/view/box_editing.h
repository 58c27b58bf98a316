// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPoint>
#include <QPointF>

#include "live/live_input.h"

namespace lamscope::ui {

// How mouse and keys change the box. The resulting box may leave the image: Session::setBox() moves it back inside.

/// The box with its middle moved to a point of the box grid, rounded to whole pixels.
[[nodiscard]] Box centredBox(const Box& box, QPointF middle);
/// The box with another size around the same middle. Growing a box and shrinking it back gives the first box.
[[nodiscard]] Box resizedBox(const Box& box, int size);
[[nodiscard]] Box movedBox(const Box& box, QPoint by);
[[nodiscard]] bool contains(const Box& box, QPointF point);

}  // namespace lamscope::ui
