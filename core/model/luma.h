// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <torch/types.h>

namespace lamscope {

/// The luma of ITU-R BT.601 in studio swing, [n, 3, h, w] in [0, 1] -> [n, 1, h, w] in [16/255, 235/255]: what networks
/// for the Y channel are trained on. Differentiable.
[[nodiscard]] torch::Tensor lumaOf(const torch::Tensor& rgb);

/// The colour picture with the luma `luma`, [n, 1, s*h, s*w], and the Cb and Cr of the bicubically enlarged `lr`,
/// [n, 3, h, w] in [0, 1].
[[nodiscard]] torch::Tensor withColoursOf(const torch::Tensor& lr, const torch::Tensor& luma, int scale);

}  // namespace lamscope
