// SPDX-License-Identifier: GPL-3.0-or-later
// Random numbers that are equal with every standard library. The standard specifies its engines, not its distributions.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>
#include <string_view>

namespace lamscope {

/// Random numbers that depend only on a seed and on a place in the run (a step, a tensor's name), not on earlier draws.
/// A resumed run therefore needs no state of a generator.
class RandomNumbers {
public:
    RandomNumbers(std::uint64_t seed, std::uint64_t place)
        : engine_(mixed(seed + mixed(place))) {}
    RandomNumbers(std::uint64_t seed, std::string_view place)
        : RandomNumbers(seed, hashed(place)) {}

    /// A whole number from 0 to count - 1.
    std::uint64_t below(std::uint64_t count) { return engine_() % count; }
    /// A number in [0, 1).
    double uniform() { return static_cast<double>(engine_() >> 11U) * 0x1.0p-53; }
    /// A normal number of mean 0 and standard deviation 1, cut at two deviations (Box and Muller, 1958).
    double cutNormal() {
        while (true) {
            const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
            const double value = radius * std::cos(2.0 * std::numbers::pi * uniform());
            if (std::abs(value) <= 2.0) {
                return value;
            }
        }
    }

private:
    /// The finaliser of SplitMix64 (Steele, Lea, Flood, 2014).
    static std::uint64_t mixed(std::uint64_t x) {
        x += 0x9e3779b97f4a7c15ULL;
        x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
        x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
        return x ^ (x >> 31U);
    }

    /// FNV-1a.
    static std::uint64_t hashed(std::string_view text) {
        std::uint64_t hash = 0xcbf29ce484222325ULL;
        for (const char c : text) {
            hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
        }
        return hash;
    }

    std::mt19937_64 engine_;
};

}  // namespace lamscope
