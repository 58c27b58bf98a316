// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "model/checkpoint/comparison.h"
#include "model/sr_model.h"

namespace lamscope {

/// What is in a model file, as in the results of `info --json`.
[[nodiscard]] nlohmann::ordered_json jsonOf(const ModelReport& report);

/// The document of `info --json`, with a final newline.
/// @param comparison of the two models, where there are two that can be compared.
[[nodiscard]] std::string toJson(const std::vector<ModelReport>& reports,
                                 const std::optional<CheckpointComparison>& comparison = std::nullopt);

/// One report as lines for a person.
[[nodiscard]] std::string toText(const ModelReport& report);

}  // namespace lamscope
