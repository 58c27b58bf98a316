// SPDX-License-Identifier: GPL-3.0-or-later
// What SAFMN (Sun et al., ICCV 2023) and the networks made after it share.
#pragma once

#include <cstdint>
#include <string>

#include <torch/types.h>

#include "model/arch/layers.h"

namespace lamscope {

/// Layer normalisation over the channels of every pixel.
[[nodiscard]] torch::Tensor normalisePixels(const LayerNorm& norm, const torch::Tensor& x);

/// The largest values of cells, [n, c, h, w] -> [n, c, h / side, w / side], rounded down. Cells are squares of `side`
/// pixels where these divide the image; elsewhere they are larger and may overlap. Needs sides of at least `side`.
[[nodiscard]] torch::Tensor largestOfCells(const torch::Tensor& x, std::int64_t side);

/// Variance of every channel over the image, [n, c, h, w] -> [n, c, 1, 1]: the squared differences from the mean add up
/// and are divided by the number of pixels less one. Makes a network global.
[[nodiscard]] torch::Tensor sampleVariance(const torch::Tensor& x);

/// A convolution to more features, GELU, and a 1x1 convolution back.
struct ChannelMixer {
    Convolution widen;
    Convolution narrow;

    ChannelMixer() = default;
    ChannelMixer(LayerBuilder& layers, const std::string& widenPrefix, const std::string& narrowPrefix,
                 std::int64_t features, std::int64_t kernel = 3, bool bias = true);

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const;
};

}  // namespace lamscope
