// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "image/image.h"
#include "method/lam/lam.h"

namespace lamscope::ui::testing {

/// A result whose Σ_RGB attribution is `sums`, row-major, all of it in the green channel.
inline LamResult resultOf(const std::vector<double>& sums, const Rect& context) {
    LamResult result;
    result.context = context;
    const auto pixels = sums.size();
    result.attribution.assign(3 * pixels, 0.0F);
    double maximum = 0.0;
    for (std::size_t i = 0; i < pixels; ++i) {
        result.attribution[pixels + i] = static_cast<float>(sums[i]);
        maximum = std::max(maximum, std::abs(sums[i]));
    }
    for (const double sum : sums) {
        result.map.push_back(std::abs(sum) / maximum);
    }
    result.diffusionIndex = 50.0;
    return result;
}

inline std::shared_ptr<const LamResult> sharedResultOf(const std::vector<double>& sums, const Rect& context) {
    return std::make_shared<const LamResult>(resultOf(sums, context));
}

/// Every value of each channel is `value`.
inline std::shared_ptr<const Image> plainImage(int width, int height, float value) {
    Image image(width, height);
    std::ranges::fill(image.values(), value);
    return std::make_shared<const Image>(std::move(image));
}

}  // namespace lamscope::ui::testing
