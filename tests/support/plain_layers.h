// SPDX-License-Identifier: GPL-3.0-or-later
// The layers of a checkpoint in plain LibTorch, in float64: formulas that know nothing of the program's own layers.
#pragma once

#include <stdexcept>
#include <string>

#include "model/checkpoint/checkpoint.h"
#include "runtime/torch_headers.h"

namespace lamscope::test {

/// Undefined where there is no such tensor.
inline torch::Tensor plainTensor(const Checkpoint& checkpoint, const std::string& key) {
    const auto* data = checkpoint.find(key);
    return data == nullptr ? torch::Tensor() : torch::tensor(data->values).to(torch::kFloat64).view(data->shape);
}

/// A convolution of kernel 3 that keeps the size.
inline torch::Tensor plainConvolution(const Checkpoint& checkpoint, const std::string& name, const torch::Tensor& x,
                                      std::int64_t dilation = 1) {
    return at::conv2d(x, plainTensor(checkpoint, name + ".weight"), plainTensor(checkpoint, name + ".bias"), 1,
                      dilation, dilation);
}

/// What the call throws, as text.
template <typename Call>
std::string messageOf(const Call& call) {
    try {
        static_cast<void>(call());
    } catch (const std::exception& error) {
        return error.what();
    }
    return "no error";
}

}  // namespace lamscope::test
