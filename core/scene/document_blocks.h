// SPDX-License-Identifier: GPL-3.0-or-later
// What the documents of all methods share.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "image/image_reading.h"
#include "model/model_card.h"
#include "scene/scene.h"

namespace lamscope {

/// The block "lamscope" that every document begins with.
[[nodiscard]] nlohmann::ordered_json programJson(const std::string& device);

/// A file as a document names it that will lie in `folder`: relative to it where that is possible, as it is for an
/// empty one.
[[nodiscard]] std::string nameInDocument(const std::filesystem::path& file, const std::filesystem::path& folder);

/// The inverse.
[[nodiscard]] std::filesystem::path fileInDocument(const std::string& name, const std::filesystem::path& folder);

/// What a network reads beside the image: a list of {name, value, unit, evidence}.
[[nodiscard]] nlohmann::ordered_json sideInputsJson(const ModelCard& card);

/// The block "model" of results: name, file, sha256, architecture, scale, range, parameters; and side_inputs, where the
/// network has such.
[[nodiscard]] nlohmann::ordered_json modelJson(const ModelCard& card);

/// "degradation" of a document: the recipe of a scene's input; null without one.
[[nodiscard]] nlohmann::ordered_json degradationOrNull(const Scene& scene);
/// "seed" beside it: null without a degradation.
[[nodiscard]] nlohmann::ordered_json seedOrNull(const Scene& scene);

/// Adds how the images were read, a member for each row of imageReadingTable.
void addReading(nlohmann::ordered_json& options, const ImageReading& reading);

/// Appends -2, -3, … to names that occur before, and replaces characters that file names cannot hold.
void makeNamesUnique(const std::vector<ModelCard*>& cards);

}  // namespace lamscope
