// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <torch/types.h>

namespace lamscope {

/// Self-attention of channels over tokens (Zamir et al., "Restormer", CVPR 2022): queries, keys and values
/// [..., heads, channels, tokens] -> the same. Scores are the cosines between channels, times `temperature`,
/// [heads, 1, 1].
[[nodiscard]] torch::Tensor attendToChannels(const torch::Tensor& queries, const torch::Tensor& keys,
                                             const torch::Tensor& values, const torch::Tensor& temperature);

}  // namespace lamscope
