// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/state_space.h"

#include "model/arch/selective_scan.h"
#include "runtime/torch_headers.h"

namespace lamscope {

StateSpace::StateSpace(LayerBuilder& layers, const std::string& prefix, std::int64_t sequences, std::int64_t channels) {
    const auto rank = layers.size(prefix + ".dt_projs_weight", 2);
    const auto states = layers.size(prefix + ".A_logs", 1);
    projection = layers.tensor(prefix + ".x_proj_weight", {sequences, rank + 2 * states, channels});
    stepWeight = layers.tensor(prefix + ".dt_projs_weight", {sequences, channels, rank});
    stepBias = layers.tensor(prefix + ".dt_projs_bias", {sequences, channels});
    rates = layers.tensor(prefix + ".A_logs", {sequences * channels, states});
    skip = layers.tensor(prefix + ".Ds", {sequences * channels});
}

torch::Tensor StateSpace::operator()(const torch::Tensor& x, const torch::Tensor& prompts) const {
    const auto sequences = x.size(1);
    const auto channels = x.size(2);
    const auto rank = stepWeight.size(2);
    const auto states = rates.size(1);
    const auto parts = at::matmul(projection, x).split_with_sizes({rank, states, states}, 2);
    const auto delta = at::matmul(stepWeight, parts[0]) + stepBias.unsqueeze(2);
    const auto y = selectiveScan({.u = x,
                                  .delta = delta,
                                  .a = -rates.exp().view({sequences, channels, states}),
                                  .b = parts[1],
                                  .c = prompts.defined() ? parts[2] + prompts : parts[2]});
    return y + skip.view({sequences, channels, 1}) * x;
}

}  // namespace lamscope
