// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

namespace lamscope {

/// The value that a share (0…1) of ascending values lies below, interpolated linearly between neighbours. At least one
/// value. Thread-safe.
[[nodiscard]] double percentile(std::span<const double> ascending, double share);

}  // namespace lamscope
