// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/assumed_heads.h"

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

}  // namespace lamscope
