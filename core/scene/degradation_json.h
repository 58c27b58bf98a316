// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

#include <nlohmann/json.hpp>

#include "scene/scene.h"

namespace lamscope {

// How the image block of an experiment states its scene's degradation:
//   "degradation": the recipe, or null; "seed";
//   "rain": where a file states the range of rain, its numbers, so that the file is not needed again:
//           {"file", "quantity": [least, greatest], "kernel_width": [], "length": [], "angle": []}

/// Adds these members. Files are named as by nameInDocument().
void addDegradation(nlohmann::ordered_json& image, const Scene& scene, const std::filesystem::path& folder);

/// The inverse; without these members there is no degradation. Throws Error and nlohmann::json::exception saying what
/// is wrong with them.
void readDegradation(const nlohmann::ordered_json& image, const std::filesystem::path& folder, Scene& scene);

}  // namespace lamscope
