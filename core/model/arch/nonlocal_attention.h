// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <torch/types.h>

namespace lamscope {

/// Non-local attention (Wang et al., CVPR 2018) with the softmax over all pixels of the keys: queries [n, d, h, w],
/// keys [n, d, h', w'], values [n, c, h', w'] -> [n, c, h, w]. Scalar products are not scaled. Keeps no table of all
/// pairs of pixels for the gradient.
[[nodiscard]] torch::Tensor attendToPixels(const torch::Tensor& queries, const torch::Tensor& keys,
                                           const torch::Tensor& values);

}  // namespace lamscope
