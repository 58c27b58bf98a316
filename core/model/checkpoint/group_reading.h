// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "model/checkpoint/checkpoint_file.h"
#include "model/checkpoint/tensor_file.h"

namespace lamscope::detail {

/// As CheckpointFile::read(). Throws FormatError.
[[nodiscard]] GroupContent readGroup(TensorFile& file, const WeightGroup& group);

/// The group that readCheckpoint() takes, of those that weightGroups() or groupsNamed() gave. Throws FormatError where
/// nothing tells which of several dictionaries it should be, unless one is `named`.
[[nodiscard]] const WeightGroup& usualGroup(const std::vector<WeightGroup>& groups, const std::string& named);

}  // namespace lamscope::detail
