// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <torch/types.h>

#include "image/image.h"

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

    /// forward() for the SR pixels of an LR rectangle alone: [n, 3, scale*height, scale*width]. Equal to the crop up to
    /// float rounding; networks that know how save what the rest of their tail would cost.
    [[nodiscard]] virtual torch::Tensor forwardRegion(const torch::Tensor& lr, const Rect& region) const {
        const auto sr = forward(lr);
        const auto scale = sr.size(2) / lr.size(2);
        return sr.narrow(2, region.y * scale, region.height * scale).narrow(3, region.x * scale, region.width * scale);
    }

    /// All weights; none requires gradients.
    [[nodiscard]] virtual std::vector<torch::Tensor> parameters() const = 0;

    /// Moves and converts the weights in place. Not to be called while forward() runs.
    virtual void to(torch::Device device, torch::ScalarType type) = 0;
};

}  // namespace lamscope
