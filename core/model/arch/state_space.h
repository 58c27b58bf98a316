// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include <torch/types.h>

#include "model/arch/layer_builder.h"

namespace lamscope {

/// The state space layer of Mamba as MambaIR's files hold it: the coefficients of a selective scan are linear in the
/// sequence. `sequences` of them run side by side, each with weights of its own.
struct StateSpace {
    torch::Tensor projection;  ///< [sequences, rank + 2·states, channels]
    torch::Tensor stepWeight;  ///< [sequences, channels, rank]
    torch::Tensor stepBias;    ///< [sequences, channels]
    torch::Tensor rates;       ///< [sequences·channels, states]: logarithms of −a
    torch::Tensor skip;        ///< [sequences·channels]

    StateSpace() = default;
    /// The keys are `prefix`.x_proj_weight, .dt_projs_weight, .dt_projs_bias, .A_logs, .Ds.
    StateSpace(LayerBuilder& layers, const std::string& prefix, std::int64_t sequences, std::int64_t channels);

    /// [n, sequences, channels, length] -> the same. `prompts`, [n, sequences, states, length], where there are any,
    /// are added to what states are read by.
    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x, const torch::Tensor& prompts = {}) const;
};

}  // namespace lamscope
