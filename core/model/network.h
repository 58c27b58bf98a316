// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <torch/types.h>

namespace lamscope {

/// A network as pure computation, in its own value range. Private to the core: everything outside
/// speaks [0, 1] through SrModel.
class Network {
public:
    Network() = default;
    Network(const Network&) = delete;
    Network& operator=(const Network&) = delete;
    virtual ~Network() = default;

    /// [n, 3, h, w] -> [n, 3, scale*h, scale*w], differentiable in `lr`. Safe to call from several threads at once.
    [[nodiscard]] virtual torch::Tensor forward(const torch::Tensor& lr) const = 0;

    /// All weights; none requires gradients.
    [[nodiscard]] virtual std::vector<torch::Tensor> parameters() const = 0;

    /// Moves and converts the weights in place. Not to be called while forward() runs.
    virtual void to(torch::Device device, torch::ScalarType type) = 0;
};

}  // namespace lamscope
