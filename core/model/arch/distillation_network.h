// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include <torch/torch.h>

#include "model/arch/layers.h"

namespace lamscope {

/// What IMDN, RFDN and BSRN have in common: blocks in a row whose outputs are all kept, fused by a 1x1 convolution and
/// an activation, and handed to the shuffle tail with the first features as the long skip.
template <typename Block>
struct DistillationParts {
    std::int64_t inputRepeats = 1;   ///< the input is repeated this often along the channels
    std::vector<Convolution> first;  ///< a chain
    std::vector<Block> blocks;
    Convolution fuse;
    torch::Tensor (*activation)(torch::Tensor&&) = nullptr;  ///< after `fuse`
    ShuffleTail tail;
};

template <typename Block>
class DistillationNetwork final : public NativeNetwork {
public:
    explicit DistillationNetwork(DistillationParts<Block> parts)
        : parts_(std::move(parts)) {}

    [[nodiscard]] SrFinish begin(const torch::Tensor& lr) const override {
        const auto& [inputRepeats, firstChain, blocks, fuse, activation, tail] = parts_;
        const auto input =
            inputRepeats == 1 ? lr : at::cat(std::vector<torch::Tensor>(static_cast<std::size_t>(inputRepeats), lr), 1);
        const auto first = applyChain(firstChain, input);
        std::vector<torch::Tensor> outputs;
        auto x = first;
        for (const auto& block : blocks) {
            x = block(x);
            outputs.push_back(x);
        }
        return tail(activation(fuse(at::cat(outputs, 1))), first);
    }

private:
    DistillationParts<Block> parts_;
};

}  // namespace lamscope
