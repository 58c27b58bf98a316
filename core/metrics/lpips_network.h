// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>

#include <torch/types.h>

#include "metrics/lpips.h"

namespace lamscope {

/// The five convolutions of AlexNet and the linear layer over the features of each.
class LpipsNetwork {
public:
    static constexpr std::size_t layers = 5;

    /// On the CPU, in float32. Throws as Lpips().
    explicit LpipsNetwork(const LpipsFiles& files);

    void to(torch::Device device, torch::ScalarType type);

    /// What each layer adds to the distance of two images.
    /// @param pair  2 x 3 x h x w in [0, 1], h and w at least Lpips::smallestSide, of any device and type.
    /// Thread-safe. Throws what LibTorch throws.
    [[nodiscard]] std::array<double, layers> distances(const torch::Tensor& pair) const;

private:
    struct Layer {
        torch::Tensor weight;  // out x in x k x k
        torch::Tensor bias;    // out
        torch::Tensor linear;  // 1 x out x 1 x 1, at least 0
    };

    std::array<Layer, layers> layers_;
};

}  // namespace lamscope
