// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "model/checkpoint/comparison.h"
#include "model/stored_tensors.h"

namespace lamscope {

/// A comparison, as in `info --json`.
[[nodiscard]] nlohmann::ordered_json jsonOf(const CheckpointComparison& comparison);

/// The document of `info --keys --json`, with a final newline.
[[nodiscard]] std::string toJson(const std::vector<FileTensors>& files,
                                 const std::optional<CheckpointComparison>& comparison);

/// The tensors of a file as lines for a person: a heading for each set, then its tensors with shapes and types.
[[nodiscard]] std::string toText(const FileTensors& file);

/// What matters of a comparison as lines of at most 100 columns, names of files aside: keys that one set lacks, other
/// shapes, other types, then the tensors that are farthest apart. JSON has all of it.
[[nodiscard]] std::string toText(const CheckpointComparison& comparison);

}  // namespace lamscope
