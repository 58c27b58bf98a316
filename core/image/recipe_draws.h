// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

#include "base/portable_random.h"
#include "image/recipe_number.h"

namespace lamscope {

// Private to the library of degradations: how the numbers of a recipe are drawn.

/// The sequence of the key WHAT/SEED/STEM. @param stem  the image's name without folder and ending.
[[nodiscard]] PortableRandom recipeRandom(std::string_view what, std::uint64_t seed, std::string_view stem);

/// A uniform real number of the range by u(0).
[[nodiscard]] double drawnReal(const RecipeNumber& number, const PortableRandom& random);

/// A uniform whole number of the range, ends included, by u(0).
[[nodiscard]] double drawnWhole(const RecipeNumber& number, const PortableRandom& random);

}  // namespace lamscope
