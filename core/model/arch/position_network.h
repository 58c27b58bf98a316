// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <torch/types.h>

#include "model/arch/layers.h"

namespace lamscope {

/// The bias of attention as a function of the offset between two pixels, learned: a fully connected layer
/// `prefix`.pos_proj and three more, `prefix`.pos1 to pos3, each after a normalisation and a ReLU.
struct PositionNetwork {
    struct Layer {
        LayerNorm norm;
        Linear linear;
    };
    Linear first;
    std::vector<Layer> layers;

    PositionNetwork(LayerBuilder& builder, const std::string& prefix, std::int64_t heads);

    /// Rows (Δrow, Δcolumn) in pixels, [offsets, 2] -> [offsets, heads].
    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& offsets) const;
};

}  // namespace lamscope
