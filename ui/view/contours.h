// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPainterPath>
#include <span>

namespace lamscope::ui {

/// The outline of the area where a field is at least `level` (above 0), by marching squares with linear interpolation
/// and rounded corners. `field` is `height` x `width`, row-major; its samples lie at the pixel centres (x + 0.5, y +
/// 0.5). The path is in pixels, closed also along the border of the field, and to be filled with the odd-even rule. The
/// path is empty if the whole field is below the level.
[[nodiscard]] QPainterPath contour(std::span<const double> field, int width, int height, double level);

}  // namespace lamscope::ui
