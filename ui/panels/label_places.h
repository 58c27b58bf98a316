// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

namespace lamscope::ui {

/// Places for labels in a column: as near to the `wanted` ones as they can be (least squares) while two labels are at
/// least `distance` apart and all lie within `lowest` and `highest`. Labels keep the order of their wanted places, and
/// of equal ones the given order. Where there is no room for all, they share it with equal, smaller distances.
/// @param wanted finite. @return one place for each of `wanted`, in the same order and unit.
[[nodiscard]] std::vector<double> placedApart(const std::vector<double>& wanted, double distance, double lowest,
                                              double highest);

}  // namespace lamscope::ui
