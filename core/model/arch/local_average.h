// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include <torch/types.h>

namespace lamscope {

/// The averages of every channel over squares of `side` pixels, [n, c, h, w] -> the same: each at the pixel in the
/// middle of its square, for even sides the one before. Pixels nearer to an end of the image have the average of the
/// nearest square that lies inside. Along an axis that is no longer than `side` all pixels are averaged; where both are
/// not, the result is [n, c, 1, 1]. Pooling of Chu et al., "Improving Image Restoration by Revisiting Global
/// Information Aggregation", ECCV 2022.
[[nodiscard]] torch::Tensor averageAround(const torch::Tensor& x, std::int64_t side);

}  // namespace lamscope
