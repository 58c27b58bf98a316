// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include <torch/types.h>

#include "model/arch/layer_builder.h"

namespace lamscope {

/// A convolution that has a bias where the file holds one: of some networks that is an option.
[[nodiscard]] Convolution convolutionAsStored(LayerBuilder& layers, const std::string& prefix, ConvolutionShape shape);
/// The same of 3x3 pixels, for each channel alone.
[[nodiscard]] Convolution depthwiseAsStored(LayerBuilder& layers, const std::string& prefix, std::int64_t features);

/// A pointwise MLP in which, after a depthwise convolution, one half of the hidden features gates the other:
/// `prefix`.project_in, .dwconv, .project_out. The feed-forward network of Restormer (Zamir et al., CVPR 2022) and its
/// relatives.
struct GatedConvolutions {
    Convolution first;
    Convolution local;
    Convolution last;

    GatedConvolutions(LayerBuilder& layers, const std::string& prefix, std::int64_t features);

    /// [n, features, h, w] -> the same.
    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const;
};

}  // namespace lamscope
