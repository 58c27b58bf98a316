// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/mask_mass.h"

#include <cstddef>
#include <cstdint>
#include <vector>

#include "metrics/concentration.h"

namespace lamscope {

void addMaskMass(LamResult& result, const PixelMask& mask) {
    if (mask.empty() || !result.diffusionIndex) {
        return;
    }
    const auto& [left, top, width, height] = result.context;
    std::vector<std::uint8_t> inContext;
    inContext.reserve(result.map.size());
    for (int y = top; y < top + height; ++y) {
        const auto row = mask.pixels.begin() + static_cast<std::ptrdiff_t>(y) * mask.width + left;
        inContext.insert(inContext.end(), row, row + width);
    }
    result.maskMassRatio = massRatio(result.map, inContext);
}

}  // namespace lamscope
