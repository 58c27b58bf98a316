// SPDX-License-Identifier: GPL-3.0-or-later
// The selective scan: Gu and Dao, "Mamba: Linear-Time Sequence Modeling with Selective State Spaces", 2023. A linear
// recurrence along a sequence, of which every coefficient is a function of the input.
#pragma once

#include <torch/types.h>

namespace lamscope {

/// What the recurrence is made of, in Mamba's letters: n images, each with k independent sequences of length l; d
/// channels, each with s states. All of one type, on one device.
struct ScanArguments {
    torch::Tensor u;      ///< [n, k, d, l]
    torch::Tensor delta;  ///< [n, k, d, l]: the lengths of the steps, before their softplus
    torch::Tensor a;      ///< [k, d, s], below 0: how fast a state decays
    torch::Tensor b;      ///< [n, k, s, l]
    torch::Tensor c;      ///< [n, k, s, l]
};

/// y_t = Σ_s h_t·c_t with h_t = exp(Δ_t·a)·h_{t−1} + Δ_t·u_t·b_t, h_0 = 0 and Δ = softplus(delta): [n, k, d, l].
///
/// Differentiable once in all arguments; while a SecantScope is open, over cells, by the rule of products at each step
/// (docs/secant-rule.md). Of the states, only every 64th is kept for the gradient, the others are computed again: the
/// memory for the rest does not grow with l.
[[nodiscard]] torch::Tensor selectiveScan(const ScanArguments& arguments);

}  // namespace lamscope
