// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "image/degradation.h"
#include "image/low_resolution.h"
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

/// A network and the network that was fine-tuned from it, with a scene to compare them on.
struct ShippedPair {
    std::string name;  ///< lower case, e.g. "restore"
    std::string title;
    std::string description;  ///< one sentence
    ModelSpec baseline;
    ModelSpec target;    ///< has the keys and shapes of `baseline`
    ShippedScene scene;  ///< one of shippedScenes()
    Reduction reduction = Reduction::Bilinear;
    std::vector<NamedDegradation> degradations;  ///< what the target was tuned on; at least two
};

/// Networks of scale 1, with a scene and what makes it worse.
struct ShippedRestoration {
    std::string name;  ///< lower case, e.g. "rain"
    std::string title;
    std::string description;  ///< one or two sentences
    std::vector<ModelSpec> networks;
    ShippedScene scene;  ///< one of shippedScenes()
    Degradation degradation;
    std::uint64_t seed = 0;  ///< of `degradation`
};

/// The folder that holds `models` and `resources/scenes`: beside the installed program (../share/lamscope), else the
/// source tree from which the program was built. Throws Error(BadFile) when neither exists.
[[nodiscard]] std::filesystem::path shippedFolder();

/// The scenes that resources/scenes/scenes.json lists, in its order. Throws Error(BadFile).
[[nodiscard]] std::vector<ShippedScene> shippedScenes(const std::filesystem::path& folder = shippedFolder());

/// The trained networks that models/networks.json lists, ordered from short to long reach. Throws Error(BadFile).
[[nodiscard]] std::vector<ModelSpec> shippedNetworks(const std::filesystem::path& folder = shippedFolder());

/// The pairs that models/networks.json lists, in its order. They are not among shippedNetworks(). Throws
/// Error(BadFile), also where a pair names a scene that does not ship.
[[nodiscard]] std::vector<ShippedPair> shippedPairs(const std::filesystem::path& folder = shippedFolder());

/// The restorations that models/networks.json lists, in its order. Their networks are not among shippedNetworks().
/// Throws as shippedPairs().
[[nodiscard]] std::vector<ShippedRestoration> shippedRestorations(
    const std::filesystem::path& folder = shippedFolder());

}  // namespace lamscope
