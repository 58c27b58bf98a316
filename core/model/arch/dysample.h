// SPDX-License-Identifier: GPL-3.0-or-later
// DySample: Liu et al., "Learning to Upsample by Learning to Sample", ICCV 2023.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <torch/types.h>

#include "model/arch/layers.h"

namespace lamscope {

/// Values of images between their pixels, [n, c, h, w] at places [n, h', w'] -> [n, c, h', w']: bilinear between the
/// centres of pixels, which have whole numbers from 0 on; beyond the outermost, their values. Differentiable in values
/// and places, also while a SecantScope is open.
[[nodiscard]] torch::Tensor sampleBilinear(const torch::Tensor& values, const torch::Tensor& x, const torch::Tensor& y);

/// An enlargement that takes each SR pixel from a place of the features that the features choose, for each group of
/// channels another; a 1x1 convolution makes RGB of them.
class DySample {
public:
    /// How far, in LR pixels, an SR pixel is taken to look: no shape bounds the places. Published networks stay within
    /// one pixel; where a network does not, the probe of cropping finds it.
    static constexpr int reach = 5;

    DySample(LayerBuilder& layers, const std::string& prefix, std::int64_t channels, std::int64_t groups, int scale);

    /// The end of Network::begin(). This object must outlive the trunk.
    [[nodiscard]] std::unique_ptr<Trunk> operator()(const torch::Tensor& x) const;

private:
    /// `x` and `pixels` are of the part of the LR grid that is evaluated, `whole` is sampled.
    [[nodiscard]] torch::Tensor sample(const torch::Tensor& whole, const torch::Tensor& x,
                                       const torch::Tensor& pixels) const;

    std::int64_t groups_;
    int scale_;
    Convolution offset_;
    Convolution scope_;
    torch::Tensor regular_;  ///< [1, 2·groups·scale², 1, 1]: places of a regular grid
    std::optional<Convolution> last_;
};

/// The groups of a file's DySample; 1 where the tensor is absent or of an unknown shape.
[[nodiscard]] std::int64_t groupsOfDySample(const LayerBuilder& layers, const std::string& prefix, int scale);

}  // namespace lamscope
