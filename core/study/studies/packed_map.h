// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace lamscope {

/// Numbers from 0 to 1 as a store keeps them.
struct PackedMap {
    int height = 0;
    int width = 0;
    std::string float16;  ///< row by row, IEEE 754 binary16, little-endian, packed by zlib
};

/// Packs height x width numbers. Throws Error(OutOfMemory).
[[nodiscard]] PackedMap packMap(std::span<const double> values, int height, int width);

/// The numbers of a map, rounded to 11 bits; nullopt where it is damaged.
[[nodiscard]] std::optional<std::vector<float>> unpackMap(const PackedMap& map);

}  // namespace lamscope
