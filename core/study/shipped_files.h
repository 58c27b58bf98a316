// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "method/lam/lam_options.h"
#include "model/model_spec.h"

namespace lamscope {

/// A place in a scene that is worth probing.
struct ScenePatch {
    Patch patch;        ///< in HR pixels
    std::string about;  ///< a sentence that says why
};

/// A drawn image that ships with the program.
struct ShippedScene {
    std::string name;         ///< lower case, e.g. "facade"
    std::string title;        ///< the title shown to users
    std::string description;  ///< one sentence
    std::filesystem::path hr;
    bool telling = false;             ///< separates networks of short reach from networks of long reach
    std::vector<ScenePatch> patches;  ///< the first patch is the suggested one
};

/// The folder that holds `models` and `resources/scenes`: beside the installed program (../share/lamscope), else the
/// source tree from which the program was built. Throws Error(BadFile) when neither exists.
[[nodiscard]] std::filesystem::path shippedFolder();

/// The scenes that resources/scenes/scenes.json lists, in its order. Throws Error(BadFile).
[[nodiscard]] std::vector<ShippedScene> shippedScenes(const std::filesystem::path& folder = shippedFolder());

/// The trained networks that models/networks.json lists, ordered from short to long reach. Throws Error(BadFile).
[[nodiscard]] std::vector<ModelSpec> shippedNetworks(const std::filesystem::path& folder = shippedFolder());

}  // namespace lamscope
