// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

namespace lamscope::pt2 {

/// Arithmetic of whole numbers as Python's, in 64 bits: unset where the result does not fit, and where a divisor is
/// zero. Thread-safe.
using WholeNumber = std::optional<std::int64_t>;

[[nodiscard]] inline WholeNumber wholeSum(std::int64_t a, std::int64_t b) {
    std::int64_t result = 0;
    return __builtin_add_overflow(a, b, &result) ? std::nullopt : WholeNumber(result);
}

[[nodiscard]] inline WholeNumber wholeDifference(std::int64_t a, std::int64_t b) {
    std::int64_t result = 0;
    return __builtin_sub_overflow(a, b, &result) ? std::nullopt : WholeNumber(result);
}

[[nodiscard]] inline WholeNumber wholeProduct(std::int64_t a, std::int64_t b) {
    std::int64_t result = 0;
    return __builtin_mul_overflow(a, b, &result) ? std::nullopt : WholeNumber(result);
}

[[nodiscard]] inline bool isDivisible(std::int64_t a, std::int64_t b) {
    return b != 0 && !(a == std::numeric_limits<std::int64_t>::min() && b == -1);
}

/// Python's `a // b`, rounded down.
[[nodiscard]] inline WholeNumber floorQuotient(std::int64_t a, std::int64_t b) {
    return isDivisible(a, b) ? WholeNumber(a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0)) : std::nullopt;
}

/// Python's `a % b`, with the sign of b.
[[nodiscard]] inline WholeNumber floorRemainder(std::int64_t a, std::int64_t b) {
    if (!isDivisible(a, b)) {
        return std::nullopt;
    }
    const std::int64_t rest = a % b;
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

}  // namespace lamscope::pt2
