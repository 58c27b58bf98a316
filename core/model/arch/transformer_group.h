// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <utility>
#include <vector>

#include <torch/types.h>

#include "model/arch/restoration_transformer.h"

namespace lamscope {

/// Blocks in a row and a convolution, with a skip connection around all of them: what the bodies of SwinIR and its
/// relatives are made of.
template <typename Block>
struct TransformerGroup {
    std::vector<Block> blocks;
    GroupConvolution last;

    TransformerGroup(std::vector<Block> itsBlocks, GroupConvolution itsLast)
        : blocks(std::move(itsBlocks))
        , last(std::move(itsLast)) {}

    /// `shared` is what the blocks share in one evaluation.
    template <typename... Shared>
    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& tokens, const Shared&... shared) const {
        auto y = tokens;
        for (const auto& block : blocks) {
            y = block(y, shared...);
        }
        return channelsLast(last(channelsFirst(y))) + tokens;
    }
};

}  // namespace lamscope
