// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/local_average.h"

#include <vector>

#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

constexpr std::int64_t columns = 3;

/// By differences of running sums: a square costs as little as a pixel.
torch::Tensor averageAlong(const torch::Tensor& x, std::int64_t axis, std::int64_t side) {
    const auto extent = x.size(axis);
    if (side >= extent) {
        return x.mean(axis, /*keepdim=*/true).expand_as(x);
    }
    const auto alongAxis = [&](std::int64_t before, std::int64_t after) {
        return axis == columns ? std::vector<std::int64_t>{before, after, 0, 0}
                               : std::vector<std::int64_t>{0, 0, before, after};
    };
    const auto sums = at::constant_pad_nd(x.cumsum(axis), alongAxis(1, 0));
    const auto windows = extent - side + 1;
    const auto averages =
        (sums.narrow(axis, side, windows) - sums.narrow(axis, 0, windows)) / static_cast<double>(side);
    const auto before = (side - 1) / 2;
    return at::replication_pad2d(averages, alongAxis(before, side - 1 - before));
}

}  // namespace

torch::Tensor averageAround(const torch::Tensor& x, std::int64_t side) {
    if (side >= x.size(2) && side >= x.size(columns)) {
        return x.mean({2, columns}, /*keepdim=*/true);
    }
    return averageAlong(averageAlong(x, columns, side), 2, side);
}

}  // namespace lamscope
