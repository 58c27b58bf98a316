// SPDX-License-Identifier: GPL-3.0-or-later
// The parts of EDSR (Lim et al., CVPRW 2017) from which RCAN, MSRN, SAN, RNAN and others are built.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <torch/types.h>

#include "model/arch/layers.h"

namespace lamscope {

/// 3x3 convolution, ReLU, 3x3 convolution, times the residual scale, plus the input.
struct ResidualBlock {
    Convolution first;
    Convolution second;
    double residualScale = 1.0;

    ResidualBlock() = default;
    /// The prefixes of the two convolutions are e.g. "body.0.body.0" and "body.0.body.2".
    ResidualBlock(LayerBuilder& layers, const std::string& firstPrefix, const std::string& secondPrefix,
                  std::int64_t features, double scaleOfResidual = 1.0);

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const;
};

/// Channel attention of RCAN (Zhang et al., ECCV 2018): the global average of every channel, through two 1x1
/// convolutions with a ReLU between them and a sigmoid, scales the channel. Makes a network global.
struct ChannelAttention {
    Convolution squeeze;
    Convolution excite;

    ChannelAttention() = default;
    ChannelAttention(LayerBuilder& layers, const std::string& squeezePrefix, const std::string& excitePrefix,
                     std::int64_t features);

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const;
};

/// A 1x1 convolution 3→3 that the file holds: `sub_mean`, `add_mean`. Not learnt, so not among the parameters.
[[nodiscard]] Convolution makeMeanShift(LayerBuilder& layers, const std::string& prefix);

/// The same for files without it, from numbers of the network's source: factor·x + shift, with a shift per channel.
[[nodiscard]] Convolution makeFixedShift(LayerBuilder& layers, float factor, const std::vector<float>& shift);

/// Whether the mean-shift layers of an EDSR or MSRN file are applied. The package super-image stores them as all do,
/// but its networks leave them out and work on [0, 1]: no key tells, the user may (mean_shift=0).
[[nodiscard]] bool appliesMeanShift(LayerBuilder& layers);

/// Convolutions with pixel shuffles: one of factor 2 per power of two up to x8, or one of factor 3.
struct ShuffleUpsampler {
    struct Step {
        Convolution convolution;
        int factor = 2;
    };
    std::vector<Step> steps;
    /// Between convolution and shuffle, as in CARN and DRLN; null in EDSR and most others.
    torch::Tensor (*activation)(torch::Tensor&&) = nullptr;

    ShuffleUpsampler() = default;
    /// Reads the steps `prefix`.0, `prefix`.`stride`, `prefix`.2·`stride`, … as long as they are there.
    ShuffleUpsampler(LayerBuilder& layers, const std::string& prefix, std::int64_t features, int stride = 2);

    /// The product of the factors.
    [[nodiscard]] int scale() const;
    [[nodiscard]] torch::Tensor operator()(torch::Tensor x) const;
};

/// The tail of EDSR: a ShuffleUpsampler, a 3x3 convolution to RGB, then the mean (`add_mean`) where the file holds one.
struct EdsrTail {
    ShuffleUpsampler upsampler;
    Convolution last;
    std::optional<Convolution> addMean;

    EdsrTail() = default;
    EdsrTail(LayerBuilder& layers, std::int64_t features, const std::string& upsamplerPrefix = "tail.0",
             const std::string& lastPrefix = "tail.1");

    /// The end of Network::begin(): evaluates the tail on `x` (LR grid). This object must outlive the trunk.
    [[nodiscard]] std::unique_ptr<Trunk> operator()(const torch::Tensor& x) const;
};

/// The scale of a file with an EDSR tail.
[[nodiscard]] int scaleOfEdsrTail(const LayerBuilder& layers);

}  // namespace lamscope
