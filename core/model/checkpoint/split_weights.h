// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "model/checkpoint/checkpoint.h"

namespace lamscope::detail {

/// Combines, in place, the parts in which PyTorch stores some weights, as the network does when it is evaluated:
/// - weight normalisation: w = g v / |v| (`weight_g`, `weight_v`; `parametrizations.weight.original0`, `original1`),
///   the norm over all dimensions except the one along which g lies,
/// - spectral normalisation: w = w_orig / (uᵀ W v) with the stored u and v (`weight_orig`, `weight_u`, `weight_v`;
///   `parametrizations.weight.original`, `0._u`, `0._v`),
/// - pruning: w = w_orig × mask (`weight_orig`, `weight_mask`).
/// Tensors with other names than "weight" are combined likewise. Parts whose shapes do not fit together are not
/// changed.
/// @return a sentence for each kind that was found.
[[nodiscard]] std::vector<std::string> combineSplitWeights(std::vector<std::pair<std::string, TensorData>>& tensors);

}  // namespace lamscope::detail
