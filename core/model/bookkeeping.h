// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "model/checkpoint/checkpoint.h"

namespace lamscope {

/// True if the tensors `extra` of a checkpoint, which a network does not ask for, have no part in its computation:
/// counters of steps and batches, tensors without values, states of a metric, and second names of weights.
[[nodiscard]] bool areBookkeeping(const std::vector<std::string>& extra, const Checkpoint& checkpoint);

}  // namespace lamscope
