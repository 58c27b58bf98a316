// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "model/arch/layers.h"
#include "runtime/torch_headers.h"

namespace lamscope {

/// The 1x1 convolution that fuses what all blocks gave, and its activation.
struct BlockFusion {
    Convolution convolution;
    std::function<torch::Tensor(torch::Tensor&&)> activation;
};

/// What IMDN, RFDN, BSRN and RLFN have in common: first features, blocks in a row, and the shuffle tail with the first
/// features as the long skip.
template <typename Block>
struct DistillationParts {
    std::int64_t inputRepeats = 1;  ///< the input is repeated this often along the channels
    std::function<torch::Tensor(const torch::Tensor&)> first;
    std::vector<NamedBlock<Block>> blocks;
    std::optional<BlockFusion> fusion;  ///< without it, the last block's output alone goes on
    ShuffleTail tail;
    int reduction = 1;  ///< the first features lie on a grid coarser than the LR by this
};

template <typename Block>
class DistillationNetwork final : public NativeNetwork {
public:
    explicit DistillationNetwork(DistillationParts<Block> parts)
        : parts_(std::move(parts)) {}

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        const auto& [inputRepeats, makeFirst, blocks, fusion, tail, reduction] = parts_;
        const auto input =
            inputRepeats == 1 ? lr : at::cat(std::vector<torch::Tensor>(static_cast<std::size_t>(inputRepeats), lr), 1);
        const auto first = makeFirst(input);
        std::vector<torch::Tensor> outputs;
        auto x = first;
        for (const auto& block : blocks) {
            x = block(x);
            if (fusion) {
                outputs.push_back(x);
            }
        }
        if (fusion) {
            x = fusion->activation(fusion->convolution(at::cat(outputs, 1)));
        }
        return tail(x, first, reduction);
    }

private:
    DistillationParts<Block> parts_;
};

}  // namespace lamscope
