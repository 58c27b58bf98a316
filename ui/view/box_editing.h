// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPoint>
#include <QPointF>

#include "live/live_input.h"

namespace lamscope::ui {

// How mouse and keys change the box. The results may leave the image: Session::setBox() brings them back.

/// The box with its middle at a point of the box grid, to the nearest pixel.
[[nodiscard]] Box centredBox(const Box& box, QPointF middle);
/// The box with another size around the same middle; growing and shrinking back gives the box itself.
[[nodiscard]] Box resizedBox(const Box& box, int size);
[[nodiscard]] Box movedBox(const Box& box, QPoint by);
[[nodiscard]] bool contains(const Box& box, QPointF point);

}  // namespace lamscope::ui
