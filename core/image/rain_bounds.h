// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "image/recipe_number.h"

// Private to the library of degradations: what rain can be.
namespace lamscope::rain_bounds {

inline constexpr RecipeNumber quantity{.low = 0, .high = 25600};  ///< at most every pixel starts a drop
inline constexpr RecipeNumber kernelWidth{.low = 1, .high = 99};  ///< odd
inline constexpr RecipeNumber length{.low = 2, .high = 99};       ///< a kernel of 100 pixels is scaled to nothing
inline constexpr RecipeNumber angle{.low = -90, .high = 90};

}  // namespace lamscope::rain_bounds
