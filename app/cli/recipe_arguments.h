// SPDX-License-Identifier: GPL-3.0-or-later
// How images that are given with --hr are degraded: --degrade and its seed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "image/degradation.h"

namespace lamscope::cli {

struct RecipeArguments {
    std::string recipe{};
    std::optional<std::uint64_t> seed{};

    std::string seedFlag = "--seed";  ///< another one where that means other random numbers

    /// Adds --degrade and the seed's flag.
    void addTo(CLI::App& command);

    /// Clean where no recipe was given. Throws UsageError for a bad recipe, for a seed without one, and for a recipe
    /// where the images are no clean ones.
    /// @param hr  the images are given with --hr.
    [[nodiscard]] Degradation degradation(bool hr) const;
};

}  // namespace lamscope::cli
