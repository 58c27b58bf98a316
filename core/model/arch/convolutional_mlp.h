// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include <torch/types.h>

#include "model/arch/layer_builder.h"

namespace lamscope {

/// Two fully connected layers, `prefix`.fc1 and `prefix`.fc2, with a GELU and, beside a skip connection, a depthwise
/// convolution between them: the ConvFFN of ATD (Zhang et al., CVPR 2024) and its relatives.
struct ConvolutionalMlp {
    Linear fc1;
    Convolution convolution;
    Linear fc2;

    ConvolutionalMlp() = default;
    ConvolutionalMlp(LayerBuilder& layers, const std::string& prefix, std::int64_t features);

    /// [n, h, w, features] -> the same.
    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const;
    /// How far the convolution reaches, in pixels.
    [[nodiscard]] int reach() const { return static_cast<int>(convolution.padding); }
};

/// A depthwise convolution that keeps the size; its kernel's side, an odd one, is that of the weight.
[[nodiscard]] Convolution depthwiseConvolution(LayerBuilder& layers, const std::string& prefix, std::int64_t features);

}  // namespace lamscope
