// SPDX-License-Identifier: GPL-3.0-or-later
// Attention within windows: Liu et al., "Swin Transformer", ICCV 2021, as SwinIR, HAT and DAT use it. Tokens are images
// with the channels last, [n, h, w, c].
#pragma once

#include <cstdint>
#include <string>

#include <torch/types.h>

#include "model/arch/attention_in_windows.h"
#include "model/arch/layers.h"

namespace lamscope {

/// The sides of a window or of an image, in pixels.
struct Extent {
    std::int64_t rows = 0;
    std::int64_t columns = 0;

    [[nodiscard]] std::int64_t area() const { return rows * columns; }
};

/// Coordinate of a query minus coordinate of a key along one axis, for all pairs: [queries, keys].
[[nodiscard]] torch::Tensor axisOffsets(std::int64_t queries, std::int64_t keys, torch::Device device);

/// row + column for all pairs of a query's and a key's pixel, from the terms of the axes:
/// [query rows, key rows] and [query columns, key columns] -> [query pixels, key pixels].
[[nodiscard]] torch::Tensor sumOverAxes(const torch::Tensor& rows, const torch::Tensor& columns);

/// Rows of a table, [numbers, heads], for pairs of pixels: index [keys, queries] -> [heads, keys, queries].
[[nodiscard]] torch::Tensor positionBias(const torch::Tensor& table, const torch::Tensor& index);

/// Queries are the pixels of the image's windows, keys those of larger windows around them, `around`. What lies beyond
/// the image is zero. The image's sides are multiples of the window's.
[[nodiscard]] WindowTokens overlappingWindows(Extent image, Extent window, Extent around, torch::Device device);

/// The windows of an image of one size, in place or shifted by half a window. Shifted ones wrap around the image's
/// border; a mask keeps apart what only the wrapping brings together. An image whose sides are no multiples of the
/// window's is padded by zeros to `padded`, at its right and lower border.
class WindowGrid {
public:
    WindowGrid(Extent image, Extent padded, Extent window, torch::Device device);
    WindowGrid(Extent image, Extent window, torch::Device device)
        : WindowGrid(image, image, window, device) {}

    /// The table of biases, [numbers, heads], is ordered by the offset of the query from the key,
    /// (Δrow + rows − 1)·(2·columns − 1) + Δcolumn + columns − 1.
    [[nodiscard]] WindowedHeads heads(const torch::Tensor& table, bool shifted) const;

private:
    torch::Tensor positions_;  ///< [keys, queries]
    WindowTokens inPlace_;
    WindowTokens shifted_;
};

/// The layers around the windows' attention: one to queries, keys and values, a learned bias, one to the output.
struct WindowAttention {
    Linear qkv;
    Linear proj;
    torch::Tensor table;

    WindowAttention() = default;
    /// `offsets` is the number of rows of `prefix`.relative_position_bias_table.
    WindowAttention(LayerBuilder& layers, const std::string& prefix, std::int64_t features, std::int64_t offsets);

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& tokens, const WindowGrid& grid, bool shifted) const;
};

/// Side of the square windows that a table of biases of (2·side − 1)² rows belongs to; 0 where there is no table.
[[nodiscard]] std::int64_t windowOfTable(const LayerBuilder& layers, const std::string& key);

/// The largest number of pixels of a window that a file is believed.
inline constexpr std::int64_t largestWindow = 4096;

/// Two fully connected layers with a GELU between them, `prefix`.fc1 and `prefix`.fc2.
struct Mlp {
    Linear fc1;
    Linear fc2;

    Mlp() = default;
    Mlp(LayerBuilder& layers, const std::string& prefix, std::int64_t features);

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const;
};

}  // namespace lamscope
