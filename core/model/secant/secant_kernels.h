// SPDX-License-Identifier: GPL-3.0-or-later
// Gradients through the operations that are evaluated most, over a cell from `left` to `right`: on the CPU in float32
// one loop over memory, otherwise tensor operations. Shapes of the arguments are equal. The formulas are those of
// the rules.
#pragma once

#include <torch/types.h>

namespace lamscope {

/// Of max(x, 0) + slope·min(x, 0): gradient · (slope + (1 − slope)·w), where w = (max(left, 0) + max(right, 0)) /
/// (|left| + |right|) is the share of the cell in which the gate is open, 0 where both are 0. No difference is taken,
/// so nothing cancels.
[[nodiscard]] torch::Tensor throughGate(const torch::Tensor& gradient, const torch::Tensor& left,
                                        const torch::Tensor& right, double slope);

/// gradient · (left + right) · share: of a product with the share ½, given the other factor; of a square with 1.
[[nodiscard]] torch::Tensor throughProduct(const torch::Tensor& gradient, const torch::Tensor& left,
                                           const torch::Tensor& right, double share);

[[nodiscard]] torch::Tensor throughSigmoid(const torch::Tensor& gradient, const torch::Tensor& left,
                                           const torch::Tensor& right);

/// Of x·Φ(x) with the normal distribution Φ.
[[nodiscard]] torch::Tensor throughGelu(const torch::Tensor& gradient, const torch::Tensor& left,
                                        const torch::Tensor& right);

/// Of Mish, x·tanh(ln(1 + e^x)) = x·σ(z) with z = x + ln(1 + e^x / 2), as a product: σ̄ + x̄·Δσ/Δz·Δz/Δx. The quotient
/// of ln(1 + e^y) is one of two logarithmic means: that of e^y by that of 1 + e^y.
[[nodiscard]] torch::Tensor throughMish(const torch::Tensor& gradient, const torch::Tensor& left,
                                        const torch::Tensor& right);

/// Of a softmax over `dim`, given the logarithms of its results at the two ends: they do not underflow.
[[nodiscard]] torch::Tensor throughSoftmax(const torch::Tensor& gradient, const torch::Tensor& left,
                                           const torch::Tensor& right, std::int64_t dim);

/// Of (x − mean) / √(variance + epsilon) over the last `dimensions` dimensions.
[[nodiscard]] torch::Tensor throughNormalisation(const torch::Tensor& gradient, const torch::Tensor& left,
                                                 const torch::Tensor& right, std::int64_t dimensions, double epsilon);

}  // namespace lamscope
