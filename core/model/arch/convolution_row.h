// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <torch/types.h>

#include "model/arch/batch_norm.h"
#include "model/arch/layer_builder.h"

namespace lamscope {

/// The network of DnCNN and its kin: a row of 3x3 convolutions under the numbers of a Sequential. Each but the last is
/// followed by a ReLU, with a batch normalisation between them where the file holds one.
class ConvolutionRow {
public:
    /// @param prefix     of the numbers, e.g. "model."
    /// @param dilations    one a convolution; empty: 1 each
    /// @param normEpsilon  of the batch normalisations
    ConvolutionRow(LayerBuilder& layers, const std::string& prefix, std::int64_t in, std::int64_t out,
                   const std::vector<double>& dilations = {}, double normEpsilon = 1e-4);

    /// All but the last convolution.
    [[nodiscard]] torch::Tensor body(torch::Tensor x) const;
    [[nodiscard]] torch::Tensor last(const torch::Tensor& x) const { return last_(x); }

    /// How far the convolutions look together, in pixels of their grid.
    [[nodiscard]] int reach() const;

private:
    struct Layer {
        Convolution convolution;
        std::optional<BatchNorm> norm;
    };

    std::vector<Layer> body_;
    Convolution last_;
};

/// The numbers of the row's convolutions; 0 at least.
[[nodiscard]] std::vector<int> numbersOfRow(const LayerBuilder& layers, const std::string& prefix);

/// The channels of the row's output, 0 where the file has no such row.
[[nodiscard]] std::int64_t outputsOfRow(const LayerBuilder& layers, const std::string& prefix);

/// Whether a batch normalisation follows the row's second convolution.
[[nodiscard]] bool rowIsNormalised(const LayerBuilder& layers, const std::string& prefix);

}  // namespace lamscope
