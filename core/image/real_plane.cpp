// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/real_plane.h"

#include <algorithm>
#include <cmath>

namespace lamscope {

namespace {

constexpr double highestLevel = 255.0;

double realLevel(float value) {
    // Levels of 16 bits that are no levels of 8 bits are at least 1/257 of a level away from those.
    constexpr double farFromRounding = 1e-4;
    const double level = static_cast<double>(value) * highestLevel;
    const double whole = std::round(level);
    return std::abs(level - whole) < farFromRounding ? whole : level;
}

/// As nearestLevel(), in levels, so that a half is a half.
double wholeLevel(double level) {
    if (!(level > 0.0)) {  // also NaN
        return 0.0;
    }
    return std::floor(std::min(level, highestLevel) + 0.5);
}

}  // namespace

RealPlane realLevels(const Image& image, int channel) {
    RealPlane plane{.width = image.width(), .height = image.height()};
    plane.values.resize(image.plane(channel).size());
    std::ranges::transform(image.plane(channel), plane.values.begin(), realLevel);
    return plane;
}

void takeLevels(Image& image, int channel, const RealPlane& levels) {
    image.bitDepth = 8;
    std::ranges::transform(levels.values, image.plane(channel).begin(),
                           [](double level) { return static_cast<float>(wholeLevel(level) / highestLevel); });
}

}  // namespace lamscope
