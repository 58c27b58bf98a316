// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/recipe_draws.h"

#include <cmath>

#include <fmt/format.h>

namespace lamscope {

PortableRandom recipeRandom(std::string_view what, std::uint64_t seed, std::string_view stem) {
    return PortableRandom(fmt::format("{}/{}/{}", what, seed, stem));
}

double drawnReal(const RecipeNumber& number, const PortableRandom& random) {
    return number.low + random.uniform(0) * (number.high - number.low);
}

double drawnWhole(const RecipeNumber& number, const PortableRandom& random) {
    return number.low + std::floor(random.uniform(0) * (number.high - number.low + 1.0));
}

}  // namespace lamscope
