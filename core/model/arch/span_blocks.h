// SPDX-License-Identifier: GPL-3.0-or-later
// The parts of SPAN (Wan et al., CVPRW 2024) from which its relatives are built.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <torch/types.h>

#include "model/arch/layers.h"

namespace lamscope {

/// The 3x3 convolution that a network was trained as: a 1x1, a 3x3 and a 1x1 convolution in a row beside one 1x1.
struct ConvolutionBranches {
    std::string name;
    Convolution shortcut;
    Convolution widen;
    Convolution middle;
    Convolution narrow;

    ConvolutionBranches(LayerBuilder& layers, const std::string& prefix, std::int64_t in, std::int64_t out);

    /// The one convolution that the network runs as, and that reports its features in the place of the four. Its zero
    /// padding is not that of the three in a row, whose border would see the first one's bias.
    [[nodiscard]] Convolution fused() const;
};

/// A 3x3 convolution of a file from training (branches) or of a slim one (their fusion, "eval_conv").
class ReparameterisedConvolution {
public:
    ReparameterisedConvolution() = default;
    ReparameterisedConvolution(LayerBuilder& layers, const std::string& prefix, std::int64_t in, std::int64_t out);

    /// The fusion costs about as much as 16x16 pixels. Made anew, it is exact in every type that the network is
    /// converted to, and follows its weights.
    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const;

    [[nodiscard]] static bool isIn(const LayerBuilder& layers, const std::string& prefix);
    /// The key of a weight whose first two sides are the channels that come out and go in.
    [[nodiscard]] static std::string weightKey(const LayerBuilder& layers, const std::string& prefix);

private:
    std::optional<ConvolutionBranches> branches_;
    Convolution plain_;
};

/// (residual + x)·(σ(residual) − ½): attention that has no weights of its own.
[[nodiscard]] torch::Tensor attendWithoutParameters(const torch::Tensor& residual, const torch::Tensor& x);

/// Swift parameter-free attention block: three convolutions with activations between them, then the attention.
struct SwiftAttentionBlock {
    using Activation = torch::Tensor (*)(const torch::Tensor&);

    std::string name;
    ReparameterisedConvolution c1;
    ReparameterisedConvolution c2;
    ReparameterisedConvolution c3;
    Activation activation = nullptr;

    SwiftAttentionBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features, Activation between);

    /// The block's output, and its first convolution's *after* the activation: the authors' code activates that tensor
    /// in place before it hands it out.
    [[nodiscard]] std::pair<torch::Tensor, torch::Tensor> operator()(const torch::Tensor& x) const;
};

}  // namespace lamscope
