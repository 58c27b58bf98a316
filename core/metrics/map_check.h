// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

namespace lamscope {

// For the functions of this room only.

/// The sum of a map's values. Throws Error(InvalidArgument) when the map is empty, zero everywhere, or holds a negative
/// or non-finite value.
double checkedMapSum(std::span<const double> map);

/// Throws Error(InvalidArgument) unless the map has `width` * `height` values.
void checkMapSize(std::span<const double> map, int width, int height);

}  // namespace lamscope
