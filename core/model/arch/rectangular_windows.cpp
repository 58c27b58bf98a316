// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/rectangular_windows.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

/// All offsets of the pixels of a window, row by row: (Δrow, Δcolumn).
torch::Tensor windowOffsets(LayerBuilder& layers, Extent window) {
    std::vector<float> values;
    for (auto row = 1 - window.rows; row < window.rows; ++row) {
        for (auto column = 1 - window.columns; column < window.columns; ++column) {
            values.push_back(static_cast<float>(row));
            values.push_back(static_cast<float>(column));
        }
    }
    return layers.constant(values, {-1, 2});
}

}  // namespace

RectangularWindows::RectangularWindows(LayerBuilder& layers, Extent split)
    : windows_{split, {split.columns, split.rows}}
    , offsets_{windowOffsets(layers, windows_[0]), windowOffsets(layers, windows_[1])} {}

RectangularWindows::Geometry RectangularWindows::on(Extent image, torch::Device device) const {
    const auto multiple = std::max(windows_[0].rows, windows_[0].columns);
    const auto padded = [&](std::int64_t side) { return (side + multiple - 1) / multiple * multiple; };
    Geometry geometry{{}, offsets_};
    for (const auto& window : windows_) {
        geometry.grids.emplace_back(image, Extent{padded(image.rows), padded(image.columns)}, window, device);
    }
    return geometry;
}

Extent splitOfOffsets(LayerBuilder& layers, const std::string& key) {
    const auto values = layers.values(key);
    const auto side = [&](std::size_t fromEnd) {
        const float last = fromEnd <= values.size() ? values[values.size() - fromEnd] : 0.0F;
        return last >= 0.0F && last < static_cast<float>(largestWindow) ? std::int64_t{std::lround(last)} + 1 : 1;
    };
    const Extent split{side(2), side(1)};
    const auto offsets = (2 * split.rows - 1) * (2 * split.columns - 1);
    const bool fits = split.area() <= largestWindow && offsets == layers.size(key, 0);
    static_cast<void>(layers.buffer(key, {fits ? offsets : 1, 2}));
    return fits ? split : Extent{1, 1};
}

std::int64_t headsOfPositions(const LayerBuilder& layers, const std::string& key, std::int64_t features) {
    const auto heads = static_cast<std::int64_t>(RectangularWindows::branches) * layers.size(key, 0);
    return heads > 0 && features % heads != 0 ? 0 : heads;
}

bool hasShiftedRectangles(std::size_t group, int block) {
    return group % 2 == 0 ? block % 4 == 2 : block % 4 == 0;
}

RectangularAttention::RectangularAttention(LayerBuilder& layers, const std::string& prefix, std::int64_t heads,
                                           bool isShifted)
    : shifted(isShifted) {
    constexpr auto branches = RectangularWindows::branches;
    for (std::size_t i = 0; i < branches; ++i) {
        positions.emplace_back(layers, fmt::format("{}.attns.{}.pos", prefix, i),
                               heads / static_cast<std::int64_t>(branches));
    }
}

torch::Tensor RectangularAttention::operator()(const torch::Tensor& qkv,
                                               const RectangularWindows::Geometry& geometry) const {
    std::vector<WindowedHeads> groups;
    for (std::size_t i = 0; i < positions.size(); ++i) {
        groups.push_back(geometry.grids[i].heads(positions[i](geometry.offsets[i]), shifted));
    }
    return attendInWindows(qkv, groups);
}

}  // namespace lamscope
