// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include <torch/types.h>

#include "model/arch/layers.h"

namespace lamscope {

/// Two fully connected layers with a GELU between them, `prefix`.fc1 and `prefix`.fc2, and there a depthwise
/// convolution, `prefix`.dwconv.depthwise_conv.0, with a GELU and a skip connection of its own (Zhou et al.,
/// "SRFormer", ICCV 2023).
struct ConvolutionalMlp {
    Linear fc1;
    Convolution convolution;
    Linear fc2;

    ConvolutionalMlp() = default;
    ConvolutionalMlp(LayerBuilder& layers, const std::string& prefix, std::int64_t features);

    /// [n, h, w, features] -> the same.
    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& tokens) const;
    /// How far the convolution reaches, in pixels.
    [[nodiscard]] int reach() const { return static_cast<int>(convolution.padding); }
};

}  // namespace lamscope
