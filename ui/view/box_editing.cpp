// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/box_editing.h"

#include <cmath>

namespace lamscope::ui {

Box centredBox(const Box& box, QPointF middle) {
    const double half = 0.5 * box.size;
    return {static_cast<int>(std::lround(middle.x() - half)), static_cast<int>(std::lround(middle.y() - half)),
            box.size};
}

Box resizedBox(const Box& box, int size) {
    // Both halves are rounded down: the steps of one pixel go to the left and to the right in turn.
    const int shift = box.size / 2 - size / 2;
    return {box.x + shift, box.y + shift, size};
}

Box movedBox(const Box& box, QPoint by) {
    return {box.x + by.x(), box.y + by.y(), box.size};
}

bool contains(const Box& box, QPointF point) {
    return point.x() >= box.x && point.x() < box.x + box.size && point.y() >= box.y && point.y() < box.y + box.size;
}

}  // namespace lamscope::ui
