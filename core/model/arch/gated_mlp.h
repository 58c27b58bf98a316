// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include <torch/types.h>

#include "model/arch/layer_builder.h"

namespace lamscope {

/// An MLP in which one half of the hidden features gates the other, after a convolution: `prefix`.fc1, .sg.norm,
/// .sg.conv, .fc2. DAT (Chen et al., ICCV 2023) and its relatives have it.
struct GatedMlp {
    Linear fc1;
    LayerNorm norm;
    Convolution convolution;
    Linear fc2;

    GatedMlp(LayerBuilder& layers, const std::string& prefix, std::int64_t features);

    /// [n, h, w, features] -> the same.
    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const;
};

}  // namespace lamscope
