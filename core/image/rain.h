// SPDX-License-Identifier: GPL-3.0-or-later
// Synthetic rain: streaks drawn by noise, motion blur and a stretch of the values (design of the generator: see
// docs/restoration.md).
#pragma once

#include <string>
#include <vector>

#include "image/recipe_number.h"

namespace lamscope {

/// From what the rain of each image is drawn.
struct RainRange {
    std::string name{};               ///< "small", "medium", "large", or the path of the file that states it
    RecipeNumber quantity{};          ///< of drops: quantity / 256 percent of the pixels start one
    std::vector<int> kernelWidths{};  ///< of the streaks' blur, pixels, odd; 1: none
    RecipeNumber length{};            ///< of the streak kernel, whole pixels; see rainLayer() for a streak's own
    RecipeNumber angle{};             ///< degrees from vertical, positive leans counter-clockwise

    friend bool operator==(const RainRange&, const RainRange&) = default;
};

}  // namespace lamscope
