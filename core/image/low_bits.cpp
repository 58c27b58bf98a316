// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/low_bits.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace lamscope::detail {

namespace {

constexpr int allBits = 16;

}  // namespace

void LowBits::add(std::uint16_t level) {
    constexpr int expansion = 257;
    largest_ = std::max(largest_, level);
    odd_ = odd_ || level % 2 != 0;
    expanded_ = expanded_ && level % expansion == 0;
}

int LowBits::count() const {
    if (largest_ == 0 || expanded_) {
        return largest_ == 0 ? 0 : allBits;
    }
    for (const int bits : {8, 10, 12}) {
        if (largest_ < 1 << bits) {
            return odd_ ? bits : 0;  // a few even levels say nothing
        }
    }
    return allBits;
}

float whiteLevel(const LowBits& levels, const ImageReading& reading, LoadedImage& loaded) {
    constexpr int white = std::numeric_limits<std::uint16_t>::max();
    const int bits = levels.count();
    loaded.levelBits = bits;
    const auto found = [&] {
        return fmt::format(
            "'{}' has levels of at most {} of {}, as if levels of {} bits had been stored in 16. They "
            "were taken as they are stored",
            loaded.image.file, levels.largest(), white, bits);
    };
    const int shared = std::max(bits, reading.bits);
    if (reading.stretch) {
        if (bits > 0 && bits < allBits && shared == allBits) {
            loaded.warnings.push_back(
                fmt::format("{}, because a file that it is compared with uses all 16 bits.", found()));
        }
        return static_cast<float>(shared == 0 ? white : (1 << shared) - 1);
    }
    if (bits > 0 && bits < allBits) {
        loaded.offers.push_back({&ImageReading::stretch, fmt::format("{}.", found())});
    }
    return white;
}

}  // namespace lamscope::detail
