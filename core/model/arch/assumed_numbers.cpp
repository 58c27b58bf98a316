// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/assumed_numbers.h"

#include <cmath>

#include <fmt/format.h>

#include "base/error.h"

namespace lamscope {

std::int64_t assumedHeads(LayerBuilder& layers, std::int64_t published, std::int64_t width) {
    while (width % published != 0) {
        --published;
    }
    const double heads = layers.assumed("heads", static_cast<double>(published));
    if (heads < 1.0 || heads != std::round(heads) || width % std::llround(heads) != 0) {
        throw Error(
            ErrorCode::InvalidArgument,
            fmt::format("heads={}: {} features are shared evenly by {} heads, for example", heads, width, published));
    }
    return std::llround(heads);
}

std::int64_t assumedSide(LayerBuilder& layers, const std::string& name, std::int64_t published, std::int64_t least,
                         std::string_view of, std::string_view example) {
    constexpr double largest = 65536.0;
    const double side = layers.assumed(name, static_cast<double>(published));
    if (!(side >= static_cast<double>(least) && side <= largest) || side != std::round(side)) {
        throw Error(
            ErrorCode::InvalidArgument,
            fmt::format("{}={}: the side of the {} in whole pixels is asked for, e.g. {}", name, side, of, example));
    }
    return std::llround(side);
}

}  // namespace lamscope
