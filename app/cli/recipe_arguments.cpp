// SPDX-License-Identifier: GPL-3.0-or-later
#include "recipe_arguments.h"

#include "program.h"

namespace lamscope::cli {

void RecipeArguments::addTo(CLI::App& command) {
    command
        .add_option("--degrade", recipe,
                    "what makes the input worse than the clean image given with --hr, e.g. rain:small or "
                    "blur:2+noise:20; see lamscope-cli degrade")
        ->type_name("RECIPE");
    command.add_option(seedFlag, seed, "of the random numbers of --degrade (0), which also depend on the image's name");
}

Degradation RecipeArguments::degradation(bool hr) const {
    if (seed && recipe.empty()) {
        throw UsageError(seedFlag + " goes with --degrade");
    }
    if (recipe.empty()) {
        return {};
    }
    if (!hr) {
        throw UsageError(
            "--degrade makes an input of a clean image, which is given with --hr: an image given with "
            "--lr is used as it is");
    }
    return asUsage([&] { return degradationFromString(recipe); });
}

}  // namespace lamscope::cli
