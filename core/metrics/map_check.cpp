// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/map_check.h"

#include <cmath>
#include <cstddef>

#include <fmt/format.h>

#include "base/error.h"

namespace lamscope {

double checkedMapSum(std::span<const double> map) {
    if (map.empty()) {
        throw Error(ErrorCode::InvalidArgument, "an empty map cannot be measured");
    }
    double sum = 0.0;
    for (const double value : map) {
        if (!std::isfinite(value) || value < 0.0) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("a map with the value {} cannot be measured: all values must be finite and not "
                                    "negative",
                                    value));
        }
        sum += value;
    }
    if (!(sum > 0.0) || !std::isfinite(sum)) {
        throw Error(ErrorCode::InvalidArgument,
                    sum > 0.0 ? "a map whose sum overflows cannot be measured"
                              : "a map that is zero everywhere cannot be measured: nothing was attributed");
    }
    return sum;
}

void checkMapSize(std::span<const double> map, int width, int height) {
    if (width < 1 || height < 1 || map.size() != static_cast<std::size_t>(width) * static_cast<std::size_t>(height)) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("a map of {} values is not a map of {}x{} pixels", map.size(), width, height));
    }
}

}  // namespace lamscope
