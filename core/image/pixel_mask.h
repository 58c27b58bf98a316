// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace lamscope {

/// A set of pixels of an image. Empty: not known.
struct PixelMask {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> pixels{};  ///< row by row; 1: in the set

    [[nodiscard]] bool empty() const { return pixels.empty(); }
    [[nodiscard]] std::size_t count() const {
        return static_cast<std::size_t>(std::ranges::count_if(pixels, [](std::uint8_t value) { return value != 0; }));
    }
    /// Of the pixels that are in the set, 0…1.
    [[nodiscard]] double share() const {
        return empty() ? 0.0 : static_cast<double>(count()) / static_cast<double>(pixels.size());
    }
};

}  // namespace lamscope
