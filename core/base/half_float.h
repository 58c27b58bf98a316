// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace lamscope {

/// The value of an IEEE 754 binary16 number that is given as its 16 bits. Exact.
[[nodiscard]] inline float floatFromHalf(std::uint16_t half) {
    const std::uint32_t bits = half;
    const std::uint32_t sign = (bits & 0x8000U) << 16U;
    const std::uint32_t exponent = (bits >> 10U) & 0x1FU;
    const std::uint32_t fraction = bits & 0x3FFU;
    if (exponent == 0) {
        const float magnitude = std::ldexp(static_cast<float>(fraction), -24);
        return sign != 0 ? -magnitude : magnitude;
    }
    const std::uint32_t wide = exponent == 0x1FU ? 0xFFU : exponent + 112U;
    return std::bit_cast<float>(sign | (wide << 23U) | (fraction << 13U));
}

/// The nearest IEEE 754 binary16 number as its 16 bits; ties go to the even one. What is too large becomes infinite,
/// NaN stays NaN.
[[nodiscard]] inline std::uint16_t halfFromFloat(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sign = (bits >> 16U) & 0x8000U;
    const float magnitude = std::abs(value);
    std::uint32_t half = 0;
    if (std::isnan(value)) {
        half = 0x7E00U;
    } else if (magnitude >= 65520.0F) {
        half = 0x7C00U;
    } else if (magnitude < 0x1p-14F) {
        half = static_cast<std::uint32_t>(std::lrint(std::ldexp(magnitude, 24)));
    } else {
        // Rounding the fraction may carry into the exponent, which then is the right one.
        const std::uint32_t wide = bits & 0x7FFFFFFFU;
        half = (wide + 0xFFFU + ((wide >> 13U) & 1U) - (112U << 23U)) >> 13U;
    }
    return static_cast<std::uint16_t>(sign | half);
}

}  // namespace lamscope
