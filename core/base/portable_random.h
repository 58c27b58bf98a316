// SPDX-License-Identifier: GPL-3.0-or-later
// Random numbers that other programs can repeat: a hash of a text and of a count, without a state.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <string_view>

namespace lamscope {

/// The sequence of random numbers that a text names. Number k depends on the text and on k alone, so that any part of
/// the sequence can be computed by any thread, in any order, and repeated in any language:
///
///   h    = 32-bit FNV-1a of the text's bytes
///   z(k) = h + k * 0x9E3779B9; z ^= z >> 16; z *= 0x85EBCA6B; z ^= z >> 13; z *= 0xC2B2AE35; z ^= z >> 16 (mod 2^32)
///   u(k) = (z(k) + 1/2) / 2^32
///
/// The sequence repeats itself after 2^32 numbers. Value type; thread-safe.
class PortableRandom {
public:
    /// @param key  in UTF-8, as a rule "WHAT/SEED/STEM" (what is drawn, the user's seed, the image's name).
    explicit PortableRandom(std::string_view key) {
        for (const char letter : key) {
            hash_ = (hash_ ^ static_cast<unsigned char>(letter)) * 0x01000193U;
        }
    }

    [[nodiscard]] std::uint32_t integer(std::uint64_t k) const {
        std::uint32_t z = hash_ + static_cast<std::uint32_t>(k) * 0x9E3779B9U;
        z = (z ^ (z >> 16U)) * 0x85EBCA6BU;
        z = (z ^ (z >> 13U)) * 0xC2B2AE35U;
        return z ^ (z >> 16U);
    }

    /// u(k), uniform in (0, 1).
    [[nodiscard]] double uniform(std::uint64_t k) const { return (static_cast<double>(integer(k)) + 0.5) * 0x1.0p-32; }

    /// Normal number e, mean 0, standard deviation 1 (Box and Muller, 1958): of the pair p = e / 2, rounded down,
    /// sqrt(-2 ln u(2p)) times cos(2 pi u(2p + 1)) for an even e and times sin for an odd e.
    [[nodiscard]] double normal(std::uint64_t e) const {
        const std::uint64_t first = e - e % 2;
        const double radius = std::sqrt(-2.0 * std::log(uniform(first)));
        const double angle = 2.0 * std::numbers::pi * uniform(first + 1);
        return radius * (e % 2 == 0 ? std::cos(angle) : std::sin(angle));
    }

private:
    std::uint32_t hash_ = 0x811C9DC5U;
};

}  // namespace lamscope
