// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "model/checkpoint/checkpoint.h"

namespace lamscope {

/// Whether these tensors of a checkpoint, which a network does not ask for, say nothing about how it computes: counters
/// of steps and batches, tensors without values, states of a metric, and second names of weights.
[[nodiscard]] bool areBookkeeping(const std::vector<std::string>& extra, const Checkpoint& checkpoint);

}  // namespace lamscope
