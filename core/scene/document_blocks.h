// SPDX-License-Identifier: GPL-3.0-or-later
// What the documents of all methods share.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "image/image_reading.h"
#include "model/model_card.h"

namespace lamscope {

/// The block "lamscope" that every document begins with.
[[nodiscard]] nlohmann::ordered_json programJson(const std::string& device);

/// The block "model" of results: name, file, sha256, architecture, scale, range, parameters.
[[nodiscard]] nlohmann::ordered_json modelJson(const ModelCard& card);

/// Adds how the images were read, a member for each row of imageReadingTable.
void addReading(nlohmann::ordered_json& options, const ImageReading& reading);

/// Appends -2, -3, … to names that occur before, and replaces characters that file names cannot hold.
void makeNamesUnique(const std::vector<ModelCard*>& cards);

}  // namespace lamscope
