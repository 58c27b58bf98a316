// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPainterPath>
#include <span>

namespace lamscope::ui {

/// The outline of where a field is at least `level` (above 0), by marching squares with linear interpolation and
/// rounded corners. `field` is `height` x `width`, row-major, its samples at the centres of the pixels: (x + 0.5, y +
/// 0.5). The path is closed, also along the border of the field, in pixels, to be filled with the odd-even rule; empty
/// where the field stays below the level.
[[nodiscard]] QPainterPath contour(std::span<const double> field, int width, int height, double level);

}  // namespace lamscope::ui
