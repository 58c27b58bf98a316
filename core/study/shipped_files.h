// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "method/lam/lam_options.h"
#include "model/model_spec.h"

namespace lamscope {

/// A place in a scene that is worth a look.
struct ScenePatch {
    Patch patch;        ///< in HR pixels
    std::string about;  ///< why, in a sentence
};

/// A drawn image that ships with the program.
struct ShippedScene {
    std::string name;         ///< lower case, e.g. "facade"
    std::string title;        ///< for people
    std::string description;  ///< a sentence
    std::filesystem::path hr;
    bool telling = false;             ///< parts networks of short reach from those of long reach
    std::vector<ScenePatch> patches;  ///< the first is the one to begin with
};

/// The folder with `models` and `resources/scenes`: beside the installed program (../share/lamscope), else the source
/// tree that it was built from. Throws Error(BadFile) when there is neither.
[[nodiscard]] std::filesystem::path shippedFolder();

/// The scenes that resources/scenes/scenes.json lists, in its order. Throws Error(BadFile).
[[nodiscard]] std::vector<ShippedScene> shippedScenes(const std::filesystem::path& folder = shippedFolder());

/// The trained networks that models/networks.json lists, from the shortest reach to the longest. Throws Error(BadFile).
[[nodiscard]] std::vector<ModelSpec> shippedNetworks(const std::filesystem::path& folder = shippedFolder());

}  // namespace lamscope
