// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <vector>

namespace lamscope {

/// The mean RGB of DIV2K, in [0, 1], which the sources of several networks hold and their files do not.
inline constexpr std::array div2kMean{0.4488, 0.4371, 0.4040};

/// The same, times a factor, as the float32 values that these networks compute with.
[[nodiscard]] inline std::vector<float> div2kShift(float factor = 1.0F) {
    std::vector<float> shift;
    shift.reserve(div2kMean.size());
    for (const double mean : div2kMean) {
        shift.push_back(factor * static_cast<float>(mean));
    }
    return shift;
}

}  // namespace lamscope
