// SPDX-License-Identifier: GPL-3.0-or-later
// The skeleton of EDSR (Lim et al., "Enhanced Deep Residual Networks for Single Image Super-Resolution", CVPRW 2017),
// which RCAN shares: a 3x3 convolution, blocks and a 3x3 convolution with a skip over both, and a shuffle tail, between
// a mean subtraction and its reversal.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "model/arch/architecture.h"
#include "model/arch/residual_blocks.h"
#include "runtime/torch_headers.h"

namespace lamscope {

/// What surrounds the blocks, published under the keys of the authors (`head`, `body`, `tail`, value range and mean as
/// in `sub_mean`, or without a mean) and under BasicSR's (`conv_first` …, range 1, (x − mean)·255 inside the network
/// with a mean that its source holds).
struct EdsrFrame {
    bool basicSr = false;
    std::int64_t features = 0;
    int blocks = 0;  ///< of the body
    std::optional<Convolution> subtractMean;
    int unshuffle = 1;  ///< the input is rearranged to a grid coarser by this (RCAN nets of scales 1 and 2)
    Convolution head;
    Convolution lastOfBody;
    EdsrTail tail;

    EdsrFrame() = default;
    explicit EdsrFrame(LayerBuilder& layers);

    /// Writes scale, range, mean and size rule, as the file has them, to `result`.
    void describe(BuiltNetwork& result, const LayerBuilder& layers) const;
};

template <typename Block>
class EdsrNetwork final : public NativeNetwork {
public:
    EdsrNetwork(EdsrFrame frame, std::vector<NamedBlock<Block>> blocks)
        : frame_(std::move(frame))
        , blocks_(std::move(blocks)) {}

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        auto input = frame_.subtractMean ? (*frame_.subtractMean)(lr) : lr;
        if (frame_.unshuffle > 1) {
            input = at::pixel_unshuffle(input, frame_.unshuffle);
        }
        const auto first = frame_.head(input);
        auto x = first;
        for (const auto& block : blocks_) {
            x = block(x);
        }
        auto trunk = frame_.tail(frame_.lastOfBody(x) + first);
        return frame_.unshuffle == 1 ? std::move(trunk) : finishedTrunk(trunk->finish(std::nullopt), lr.size(2));
    }

private:
    EdsrFrame frame_;
    std::vector<NamedBlock<Block>> blocks_;
};

}  // namespace lamscope
