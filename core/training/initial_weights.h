// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/checkpoint/checkpoint.h"
#include "training/training_options.h"

namespace lamscope {

/// The weights that a training begins with: those of `options.initialWeights`, or `options.tensors` filled as they say
/// from `options.seed`, the same on every machine. Throws Error: as readCheckpoint(); InvalidArgument where a shape
/// does not suit its filling.
[[nodiscard]] Checkpoint initialWeights(const TrainingOptions& options);

}  // namespace lamscope
