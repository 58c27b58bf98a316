// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <torch/types.h>

#include "model/arch/layer_builder.h"

namespace lamscope {

/// The bias of an offset between two pixels of a window as a learned function of it: the dynamic position bias of
/// CrossFormer (Wang et al., ICLR 2022), as DAT and CRAFT use it.
struct PositionNetwork {
    struct Layer {
        LayerNorm norm;
        Linear linear;
    };
    Linear first;
    std::vector<Layer> layers;

    PositionNetwork(LayerBuilder& builder, const std::string& prefix, std::int64_t heads);

    /// (Δrow, Δcolumn), [offsets, 2] -> [offsets, heads].
    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& offsets) const;
};

}  // namespace lamscope
