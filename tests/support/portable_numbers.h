// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

namespace lamscope::test {

/// FNV-1a of a key, with which the records' numbers begin.
inline std::uint32_t portableSeed(std::string_view key) {
    std::uint32_t hash = 0x811C9DC5U;
    for (const char c : key) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x01000193U;
    }
    return hash;
}

/// Uniform in [-1, 1), from a key's hash and a number: the rule that the records describe in "_about".
inline double portableNumber(std::uint32_t seed, std::uint32_t n) {
    std::uint32_t z = seed + n * 0x9E3779B9U;
    z ^= z >> 16U;
    z *= 0x85EBCA6BU;
    z ^= z >> 13U;
    z *= 0xC2B2AE35U;
    z ^= z >> 16U;
    return 2.0 * static_cast<double>(z) / 4294967296.0 - 1.0;
}

}  // namespace lamscope::test
