// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/channel_self_attention.h"

#include "runtime/torch_headers.h"

namespace lamscope {

torch::Tensor attendToChannels(const torch::Tensor& queries, const torch::Tensor& keys, const torch::Tensor& values,
                               const torch::Tensor& temperature) {
    const auto directions = [](const torch::Tensor& x) {
        constexpr double shortest = 1e-12;
        return x / at::linalg_vector_norm(x, 2, at::IntArrayRef{-1}, /*keepdim=*/true).clamp_min(shortest);
    };
    const auto scores = at::matmul(directions(queries), directions(keys).transpose(-2, -1)) * temperature;
    return at::matmul(at::softmax(scores, -1), values);
}

}  // namespace lamscope
