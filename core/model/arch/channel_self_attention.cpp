// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/channel_self_attention.h"

#include "model/arch/attention.h"
#include "runtime/torch_headers.h"

namespace lamscope {

torch::Tensor attendToChannels(const torch::Tensor& queries, const torch::Tensor& keys, const torch::Tensor& values,
                               const torch::Tensor& temperature) {
    const auto scores = at::matmul(unitVectors(queries), unitVectors(keys).transpose(-2, -1)) * temperature;
    return at::matmul(at::softmax(scores, -1), values);
}

}  // namespace lamscope
