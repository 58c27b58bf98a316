// SPDX-License-Identifier: GPL-3.0-or-later
// Attention within rectangular windows, which lie across for one half of the heads and upright for the other, with
// biases that a network makes of the offsets: DAT (Chen et al., ICCV 2023) and RGT (Chen et al., ICLR 2024).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <torch/types.h>

#include "model/arch/position_network.h"
#include "model/arch/window_attention.h"

namespace lamscope {

/// Windows of both kinds, and the offsets within them.
class RectangularWindows {
public:
    static constexpr std::size_t branches = 2;

    /// The windows on an image of one size.
    struct Geometry {
        std::vector<WindowGrid> grids;
        std::vector<torch::Tensor> offsets;  ///< [offsets, 2], in the order of the grid's table
    };

    /// `split` are the sides of those that lie across. Makes constants of the builder.
    RectangularWindows(LayerBuilder& layers, Extent split);

    /// The image is padded to multiples of the longer side; where a window is not shifted, the pixels of the padding
    /// take part in it.
    [[nodiscard]] Geometry on(Extent image, torch::Device device) const;

private:
    std::array<Extent, branches> windows_;
    std::vector<torch::Tensor> offsets_;
};

/// The sides of the windows, from the last of the offsets that a file lists under `key`, which it takes as a buffer;
/// 1x1 where what it lists is no such row.
[[nodiscard]] Extent splitOfOffsets(LayerBuilder& layers, const std::string& key);

/// The number of heads of such attention, of which `key` is the last weight of one half's position network; 0, which
/// fits no file, where it does not divide the features.
[[nodiscard]] std::int64_t headsOfPositions(const LayerBuilder& layers, const std::string& key, std::int64_t features);

/// Whether block `block` of group `group` has shifted windows: every other of the even blocks, which one first
/// alternates with the groups.
[[nodiscard]] bool hasShiftedRectangles(std::size_t group, int block);

/// Self-attention of the pixels of a window; the layers are those of `prefix`.attns.
struct RectangularAttention {
    std::vector<PositionNetwork> positions;
    bool shifted;

    RectangularAttention(LayerBuilder& layers, const std::string& prefix, std::int64_t heads, bool isShifted);

    /// [n, h, w, 3·c] -> [n, h, w, c].
    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& qkv,
                                           const RectangularWindows::Geometry& geometry) const;
};

}  // namespace lamscope
