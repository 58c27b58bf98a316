// SPDX-License-Identifier: GPL-3.0-or-later
// The block of the Swin transformer (Liu et al., ICCV 2021), and how far windows that shift by turns let a network see.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <torch/types.h>

#include "model/arch/window_attention.h"

namespace lamscope {

/// Attention within windows, then two fully connected layers, each on normalised tokens and with a skip connection.
struct SwinBlock {
    LayerNorm norm1;
    WindowAttention attention;
    LayerNorm norm2;
    Mlp mlp;
    bool shifted = false;

    /// `window` is the side of the windows.
    SwinBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features, std::int64_t window,
              bool isShifted);

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x, const WindowGrid& grid) const;
};

/// How far the convolutions of a transformer reach, in LR pixels.
struct ConvolutionReach {
    int groupEnd = 1;  ///< of the convolutions that end a group, and of those after the last one
    int inBlock = 0;   ///< of those that follow a block's attention
};

/// The most that an SR pixel can see, in LR pixels, through groups of blocks (`depths`) whose windows are shifted in
/// every other block.
[[nodiscard]] int reachOfWindows(const std::vector<int>& depths, int window, const ConvolutionReach& reach);

/// How far a transformer's first convolution and its tail reach together, in LR pixels.
inline constexpr int reachOfEnds = 4;

}  // namespace lamscope
