// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/checkpoint/checkpoint_file.h"
#include "model/recognition.h"

namespace lamscope {

/// The weights of a file's network, and what they turned out to be.
struct ChosenWeights {
    Checkpoint checkpoint;
    Recognition recognition;
};

/// Finds among the tensors of a file those that a known network fits exactly: averaged weights (EMA) first, whatever
/// their names begin with, and never a mixture of two sets. `settings.weights` restricts the search. Where nothing
/// fits, the result is what comes closest. Writes to `card` as recognise() does, and the sentences about the choice.
/// Throws Error(BadFile), also where the likeliest weights are of a kind that cannot be converted to float32.
[[nodiscard]] ChosenWeights chooseWeights(CheckpointFile& file, const ModelSettings& settings, ModelCard& card);

}  // namespace lamscope
