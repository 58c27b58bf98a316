// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>

#include <CLI/CLI.hpp>

#include "commands.h"
#include "study/studies/hard_patches.h"
#include "study/studies/study_description.h"

namespace lamscope::cli {

/// Mines the images of a description with its networks and gives them the middle patches of the hardest sub-images;
/// says what was found. Nullopt when stopped. Throws as mineHardPatches() and middlePatch().
[[nodiscard]] std::optional<MinedPatches> placeHardestOf(StudyDescription& description, std::size_t keep,
                                                         const std::string& device, const std::stop_token& stop);

/// Adds `study mine`.
void addStudyMineCommand(CLI::App& study, ChosenCommand& chosen);

}  // namespace lamscope::cli
