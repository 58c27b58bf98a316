// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/checkpoint/checkpoint.h"
#include "training/training_options.h"

namespace lamscope {

/// The weights with which a training begins: those of the file `options.initialWeights`, or else `options.tensors`,
/// filled as described, from `options.seed`; equal on every machine. Throws Error: as readCheckpoint(); InvalidArgument
/// if a shape does not suit what fills it.
[[nodiscard]] Checkpoint initialWeights(const TrainingOptions& options);

}  // namespace lamscope
