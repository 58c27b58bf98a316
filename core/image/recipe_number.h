// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace lamscope {

/// A number of a recipe: fixed, or drawn uniformly from a range for each image.
struct RecipeNumber {
    double low = 0.0;
    double high = 0.0;  ///< equal to `low` for a fixed number

    friend bool operator==(const RecipeNumber&, const RecipeNumber&) = default;
};

}  // namespace lamscope
