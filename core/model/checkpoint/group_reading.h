// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "model/checkpoint/checkpoint_file.h"
#include "model/checkpoint/tensor_file.h"

namespace lamscope::detail {

/// CheckpointFile::read(), but throws FormatError.
[[nodiscard]] GroupContent readGroup(TensorFile& file, const WeightGroup& group);

/// The group that readCheckpoint() takes out of the groups of weightGroups() or groupsNamed(). Throws FormatError if
/// nothing tells which of several dictionaries to take, unless the user `named` one.
[[nodiscard]] const WeightGroup& usualGroup(const std::vector<WeightGroup>& groups, const std::string& named);

}  // namespace lamscope::detail
