// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "image/image_reading.h"
#include "recipe_arguments.h"
#include "scene/scene.h"

namespace lamscope::cli {

/// The arguments of commands that look at places of one image.
struct ImageArguments {
    std::string hr{};
    std::string lr{};
    std::string reference{};
    ImageReading reading{};
    std::string reduce = "pillow";
    RecipeArguments recipe{};

    /// Adds --hr, --lr, --reference, --reduce, a flag for each row of imageReadingTable, and those of the recipe.
    void addTo(CLI::App& command);

    /// Without places. On an LR image those will be SR pixels of each network. Throws UsageError, and Error as
    /// reductionFromString().
    [[nodiscard]] Scene scene() const;
};

/// The square that "X,Y" or "X,Y,SIZE" after a flag means. @param size  unless it is given. Throws UsageError.
[[nodiscard]] Box boxIn(const std::string& flag, const std::string& text, int size);

}  // namespace lamscope::cli
