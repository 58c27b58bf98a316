// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include <torch/types.h>

#include "model/arch/layers.h"

namespace lamscope {

/// Enhanced spatial attention of RFDN (Liu et al. 2020) and its relatives: the features are reduced by a strided
/// convolution and a max-pool, transformed, enlarged again, and gate the input. Needs sides of at least 15 pixels.
/// The relatives differ in how many convolutions follow the pool and in what a "convolution" is.
class EnhancedSpatialAttention {
public:
    static constexpr int minimumSide = 15;
    /// Why a network that holds it cannot be evaluated on a part of an image.
    static constexpr auto whyWhole = "its spatial attention is resized by a share of the image";

    torch::Tensor (*activation)(const torch::Tensor&) = nullptr;  ///< between the pooled convolutions
    Convolution conv1;
    Convolution convF;
    std::vector<Convolution> conv2;  ///< stride 2, no padding; a chain, as below
    Convolution conv4;
    std::vector<std::vector<Convolution>> pooled;  ///< after the pool, in order; each a chain (a BSConv is two)

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const;
};

/// The attention of RFDN and RLFN, whose convolutions are plain; `pooledNames` are those after the pool, in order.
[[nodiscard]] EnhancedSpatialAttention makeSpatialAttention(LayerBuilder& layers, const std::string& prefix,
                                                            std::int64_t features,
                                                            const std::vector<std::string>& pooledNames);

/// Contrast-aware channel attention of IMDN (Hui et al. 2019): standard deviation plus mean of every channel over the
/// whole image, through two 1x1 convolutions and a sigmoid, scales the channel. Makes a network global.
struct ContrastChannelAttention {
    Convolution squeeze;
    Convolution excite;

    ContrastChannelAttention() = default;
    ContrastChannelAttention(LayerBuilder& layers, const std::string& prefix, std::int64_t features);

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const;
};

/// The last dimension divided by its length, or by 1e-12 where it is shorter.
[[nodiscard]] torch::Tensor unitVectors(const torch::Tensor& x);

/// Non-local attention (Wang et al., CVPR 2018) with the softmax over all pixels of the keys: queries [n, d, h, w],
/// keys [n, d, h', w'], values [n, c, h', w'] -> [n, c, h, w]. Scalar products are not scaled. Keeps no table of all
/// pairs of pixels for the gradient.
[[nodiscard]] torch::Tensor attendToPixels(const torch::Tensor& queries, const torch::Tensor& keys,
                                           const torch::Tensor& values);

/// Attention by heads: queries [n, l, q], keys [n, m, q] and values [n, m, c] -> [n, l, c]. The scale is that of the
/// queries, which may have fewer channels than the values. No table of all pairs is kept where the framework has a
/// fused operation.
[[nodiscard]] torch::Tensor attendByHeads(const torch::Tensor& queries, const torch::Tensor& keys,
                                          const torch::Tensor& values, std::int64_t heads);

}  // namespace lamscope
