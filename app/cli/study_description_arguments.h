// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "lpips_arguments.h"
#include "method/lam/lam_option_table.h"
#include "model_arguments.h"
#include "option_flags.h"
#include "recipe_arguments.h"
#include "study/studies/study_description.h"

namespace lamscope::cli {

/// The arguments of `study new`: what a description holds.
struct StudyDescriptionArguments {
    ModelArguments models;
    std::vector<std::string> hr;
    std::vector<std::string> lr;
    ImageReading reading;
    std::string reduce = "pillow";
    RecipeArguments recipe;
    std::vector<std::string> patches{"centre"};
    int size = 16;
    LpipsArguments lpips;
    std::string faithfulness;                                   ///< its parts; empty: it is not measured
    OptionTexts method = OptionTexts(lamOptionTable().size());  ///< of lamOptionTable()

    void addTo(CLI::App& command);

    /// How many sub-images `--patches hardest` asks for: whoever has the networks mines them and gives them to the
    /// description, whose images have no places yet. Nullopt for other rules.
    [[nodiscard]] std::optional<std::size_t> hardest() const;

    /// Reads the folders, the list of patches, the weights of LPIPS and, for --lr, the scale of the first network,
    /// whose images are paired. Throws UsageError for what is wrong whatever the files hold, and Error as pairImages(),
    /// readPatchList() and Lpips().
    [[nodiscard]] StudyDescription toDescription() const;

private:
    [[nodiscard]] PatchRule rule() const;
    [[nodiscard]] std::vector<Scene> scenes() const;
};

}  // namespace lamscope::cli
