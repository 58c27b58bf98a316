// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/checkpoint/checkpoint_file.h"
#include "model/recognition.h"

namespace lamscope {

/// The weights of a file's network, and the network that fits them.
struct ChosenWeights {
    Checkpoint checkpoint;
    Recognition recognition;
};

/// Finds, among the tensors of a file, a set that a known network fits exactly. Averaged weights (EMA) come first,
/// whatever prefix their names have; two sets are never mixed. `settings.weights` restricts the search. If no network
/// fits, the result is the set that comes closest to one. Writes to `card` as recognise() does, and adds the sentences
/// about the choice. Throws Error(BadFile), also when the likeliest weights are of a kind that cannot be converted to
/// float32.
[[nodiscard]] ChosenWeights chooseWeights(CheckpointFile& file, const ModelSettings& settings, ModelCard& card);

}  // namespace lamscope
