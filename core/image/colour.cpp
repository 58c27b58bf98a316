// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/colour.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace lamscope {

std::vector<double> luma(const Image& image) {
    const auto red = image.plane(0);
    const auto green = image.plane(1);
    const auto blue = image.plane(2);
    std::vector<double> result(red.size());
    for (std::size_t i = 0; i < result.size(); ++i) {
        result[i] = 16.0 + 65.481 * static_cast<double>(red[i]) + 128.553 * static_cast<double>(green[i])
                    + 24.966 * static_cast<double>(blue[i]);
    }
    return result;
}

std::uint16_t nearestLevel(double value, std::uint16_t maxLevel) noexcept {
    if (!(value > 0.0)) {  // also NaN
        return 0;
    }
    return static_cast<std::uint16_t>(std::floor(std::min(value, 1.0) * maxLevel + 0.5));
}

Image quantise8(const Image& image) {
    Image result = image;
    std::ranges::transform(result.values(), result.values().begin(), [](float value) {
        return static_cast<float>(nearestLevel(static_cast<double>(value), 255)) / 255.0F;
    });
    result.bitDepth = 8;
    return result;
}

}  // namespace lamscope
