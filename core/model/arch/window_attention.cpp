// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/window_attention.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "runtime/torch_headers.h"

namespace lamscope {

torch::Tensor axisOffsets(std::int64_t queries, std::int64_t keys, torch::Device device) {
    const auto options = torch::TensorOptions(torch::kLong).device(device);
    return at::arange(queries, options).unsqueeze(1) - at::arange(keys, options);
}

torch::Tensor sumOverAxes(const torch::Tensor& rows, const torch::Tensor& columns) {
    const auto sums = rows.unsqueeze(1).unsqueeze(3) + columns.unsqueeze(1).unsqueeze(0);
    return sums.reshape({rows.size(0) * columns.size(0), rows.size(1) * columns.size(1)});
}

torch::Tensor positionBias(const torch::Tensor& table, const torch::Tensor& index) {
    return table.t().index_select(1, index.flatten()).view({table.size(1), index.size(0), index.size(1)});
}

namespace {

/// Number of the band of a coordinate on the shifted grid: before the last window, and its two halves.
std::int64_t band(std::int64_t at, std::int64_t side, std::int64_t window) {
    return (at >= side - window ? 1 : 0) + (at >= side - window / 2 ? 1 : 0);
}

/// A number for each pixel of a part of the image as large as `part`, whose corner is that of a window: [windows,
/// pixels], row by row. `numberAt` gets the pixel's row and column.
template <typename NumberAt>
torch::Tensor atWindows(Extent image, Extent window, Extent part, torch::Device device, const NumberAt& numberAt) {
    const auto windows = image.area() / window.area();
    std::vector<std::int64_t> numbers;
    numbers.reserve(static_cast<std::size_t>(windows * part.area()));
    for (std::int64_t top = 0; top < image.rows; top += window.rows) {
        for (std::int64_t left = 0; left < image.columns; left += window.columns) {
            for (auto row = top; row < top + part.rows; ++row) {
                for (auto column = left; column < left + part.columns; ++column) {
                    numbers.push_back(numberAt(row, column));
                }
            }
        }
    }
    return torch::tensor(numbers, torch::kLong).view({windows, part.area()}).to(device);
}

std::int64_t tokenAt(Extent image, std::int64_t row, std::int64_t column) {
    const bool isInside = row >= 0 && row < image.rows && column >= 0 && column < image.columns;
    return isInside ? row * image.columns + column : -1;
}

}  // namespace

WindowTokens overlappingWindows(Extent image, Extent window, Extent around, torch::Device device) {
    const auto above = (around.rows - window.rows) / 2;
    const auto before = (around.columns - window.columns) / 2;
    WindowTokens result;
    result.queries = atWindows(image, window, window, device,
                               [&](std::int64_t row, std::int64_t column) { return tokenAt(image, row, column); });
    result.keys = atWindows(image, window, around, device, [&](std::int64_t row, std::int64_t column) {
        return tokenAt(image, row - above, column - before);
    });
    result.keysAreShared = true;
    return result;
}

WindowGrid::WindowGrid(Extent image, Extent padded, Extent window, torch::Device device) {
    const auto numbers = [&](std::int64_t side) { return axisOffsets(side, side, device) + (side - 1); };
    positions_ = sumOverAxes(numbers(window.rows) * (2 * window.columns - 1), numbers(window.columns)).t().contiguous();
    const auto ofPixels = [&](const auto& numberAt) { return atWindows(padded, window, window, device, numberAt); };
    inPlace_.queries = inPlace_.keys =
        ofPixels([&](std::int64_t row, std::int64_t column) { return tokenAt(image, row, column); });
    shifted_.queries = shifted_.keys = ofPixels([&](std::int64_t row, std::int64_t column) {
        return tokenAt(image, (row + window.rows / 2) % padded.rows, (column + window.columns / 2) % padded.columns);
    });
    constexpr int bandsPerAxis = 3;
    shifted_.queryAreas = shifted_.keyAreas = ofPixels([&](std::int64_t row, std::int64_t column) {
        return band(row, padded.rows, window.rows) * bandsPerAxis + band(column, padded.columns, window.columns);
    });
}

WindowedHeads WindowGrid::heads(const torch::Tensor& table, bool shifted) const {
    return {shifted ? shifted_ : inPlace_, positionBias(table, positions_)};
}

WindowAttention::WindowAttention(LayerBuilder& layers, const std::string& prefix, std::int64_t features,
                                 std::int64_t offsets)
    : qkv(layers.linear(prefix + ".qkv", features, 3 * features))
    , proj(layers.linear(prefix + ".proj", features, features)) {
    const auto key = prefix + ".relative_position_bias_table";
    const auto heads = layers.size(key, 1);
    // A number of heads that does not divide the features fits no table.
    table = layers.tensor(key, {offsets, heads > 0 && features % heads == 0 ? heads : 1});
}

torch::Tensor WindowAttention::operator()(const torch::Tensor& tokens, const WindowGrid& grid, bool shifted) const {
    return proj(attendInWindows(qkv(tokens), {grid.heads(table, shifted)}));
}

std::int64_t windowOfTable(const LayerBuilder& layers, const std::string& key) {
    const auto rows = std::min(layers.size(key, 0), 4 * largestWindow);
    return (std::llround(std::sqrt(static_cast<double>(rows))) + 1) / 2;
}

Mlp::Mlp(LayerBuilder& layers, const std::string& prefix, std::int64_t features) {
    const auto hidden = layers.size(prefix + ".fc1.weight", 0);
    fc1 = layers.linear(prefix + ".fc1", features, hidden);
    fc2 = layers.linear(prefix + ".fc2", hidden, features);
}

torch::Tensor Mlp::operator()(const torch::Tensor& x) const {
    return fc2(at::gelu(fc1(x)));
}

}  // namespace lamscope
