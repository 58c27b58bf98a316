// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/window_attention.h"

#include <algorithm>
#include <cmath>

#include "runtime/torch_headers.h"

namespace lamscope {

torch::Tensor partition(const torch::Tensor& tokens, Extent window) {
    const auto channels = tokens.size(3);
    const auto rows = tokens.size(1) / window.rows;
    const auto columns = tokens.size(2) / window.columns;
    return tokens.reshape({-1, rows, window.rows, columns, window.columns, channels})
        .transpose(2, 3)
        .reshape({-1, window.area(), channels});
}

torch::Tensor join(const torch::Tensor& windows, Extent window, Extent image) {
    const auto channels = windows.size(2);
    return windows
        .reshape({-1, image.rows / window.rows, image.columns / window.columns, window.rows, window.columns, channels})
        .transpose(2, 3)
        .reshape({-1, image.rows, image.columns, channels});
}

torch::Tensor axisOffsets(std::int64_t queries, std::int64_t keys, torch::Device device) {
    const auto options = torch::TensorOptions(torch::kLong).device(device);
    return at::arange(queries, options).unsqueeze(1) - at::arange(keys, options);
}

torch::Tensor sumOverAxes(const torch::Tensor& rows, const torch::Tensor& columns) {
    const auto sums = rows.unsqueeze(1).unsqueeze(3) + columns.unsqueeze(1).unsqueeze(0);
    return sums.reshape({rows.size(0) * columns.size(0), rows.size(1) * columns.size(1)});
}

torch::Tensor positionBias(const torch::Tensor& table, const torch::Tensor& index) {
    return table.index_select(0, index.flatten())
        .reshape({index.size(0), index.size(1), table.size(1)})
        .permute({2, 0, 1});
}

torch::Tensor attend(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v, const torch::Tensor& bias,
                     const torch::Tensor& mask) {
    const auto heads = q.size(1);
    const auto queries = q.size(2);
    const auto dimensions = q.size(3);
    auto scores = at::matmul(q * (1.0 / std::sqrt(static_cast<double>(dimensions))), k.transpose(-2, -1)) + bias;
    if (mask.defined()) {
        const auto ofImages = scores.view({-1, mask.size(0), heads, queries, k.size(2)});
        scores = (ofImages + mask.unsqueeze(1)).view(scores.sizes());
    }
    return at::matmul(at::softmax(scores, -1), v).transpose(1, 2).reshape({-1, queries, heads * dimensions});
}

namespace {

/// Number of the band of each coordinate on the shifted grid: before the last window, and its two halves.
torch::Tensor bands(std::int64_t side, std::int64_t window, torch::Device device) {
    const auto at = at::arange(side, torch::TensorOptions(torch::kLong).device(device));
    return at.ge(side - window).to(torch::kLong) + at.ge(side - window / 2).to(torch::kLong);
}

torch::Tensor shiftMask(Extent image, Extent window, const torch::TensorOptions& options) {
    constexpr int bandsPerAxis = 3;
    const auto device = options.device();
    const auto rows = bands(image.rows, window.rows, device) * bandsPerAxis;
    const auto areas = rows.unsqueeze(1) + bands(image.columns, window.columns, device);
    const auto ofWindows = partition(areas.reshape({1, image.rows, image.columns, 1}), window).squeeze(2);
    return ofWindows.unsqueeze(1).ne(ofWindows.unsqueeze(2)).to(options.dtype()) * -100.0;
}

}  // namespace

WindowGrid::WindowGrid(Extent image, Extent window, const torch::TensorOptions& options)
    : image_(image)
    , window_(window)
    , mask_(shiftMask(image, window, options)) {
    const auto numbers = [&](std::int64_t side) { return axisOffsets(side, side, options.device()) + (side - 1); };
    positions_ = sumOverAxes(numbers(window.rows) * (2 * window.columns - 1), numbers(window.columns));
}

torch::Tensor WindowGrid::attend(const torch::Tensor& qkv, const torch::Tensor& table, bool shifted) const {
    const auto heads = table.size(1);
    const auto dimensions = qkv.size(3) / 3 / heads;
    const auto rows = window_.rows / 2;
    const auto columns = window_.columns / 2;
    const auto placed = shifted ? at::roll(qkv, {-rows, -columns}, {1, 2}) : qkv;
    const auto parts = partition(placed, window_)
                           .reshape({-1, window_.area(), 3, heads, dimensions})
                           .permute({2, 0, 3, 1, 4})
                           .unbind(0);
    const auto attended = lamscope::attend(parts[0], parts[1], parts[2], positionBias(table, positions_),
                                           shifted ? mask_ : torch::Tensor());
    const auto joined = join(attended, window_, image_);
    return shifted ? at::roll(joined, {rows, columns}, {1, 2}) : joined;
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
    return proj(grid.attend(qkv(tokens), table, shifted));
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
