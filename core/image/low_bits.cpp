// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/low_bits.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace lamscope::detail {

void LowBits::add(std::uint16_t level) {
    constexpr int expansion = 257;
    largest_ = std::max(largest_, level);
    odd_ = odd_ || level % 2 != 0;
    expanded_ = expanded_ && level % expansion == 0;
}

std::optional<int> LowBits::count() const {
    if (!odd_ || expanded_) {
        return std::nullopt;
    }
    for (const int bits : {8, 10, 12}) {
        if (largest_ < 1 << bits) {
            return bits;
        }
    }
    return std::nullopt;
}

float whiteLevel(const LowBits& levels, const ImageReading& reading, LoadedImage& loaded) {
    constexpr int white = std::numeric_limits<std::uint16_t>::max();
    const auto bits = levels.count();
    if (!bits) {
        return white;
    }
    if (reading.stretch) {
        return static_cast<float>((1 << *bits) - 1);
    }
    loaded.offers.push_back(
        {&ImageReading::stretch,
         fmt::format("'{}' has levels of at most {} of {}, as if levels of {} bits had been stored in 16. They were "
                     "taken as they are stored.",
                     loaded.image.file, levels.largest(), white, *bits)});
    return white;
}

}  // namespace lamscope::detail
