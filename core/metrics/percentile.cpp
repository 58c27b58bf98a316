// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/percentile.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace lamscope {

double percentile(std::span<const double> ascending, double share) {
    const double place = share * static_cast<double>(ascending.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const auto above = std::min(below + 1, ascending.size() - 1);
    return std::lerp(ascending[below], ascending[above], place - std::floor(place));
}

}  // namespace lamscope
