// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

namespace lamscope::pt2 {

/// A plain number of a running program: a size, or what is computed from sizes.
using PlainNumber = std::variant<std::int64_t, double, bool>;

/// Computes as Python does: the quotient of `//` is rounded down, the remainder has the divisor's sign, `/` gives a
/// float. Throws std::domain_error on division by zero, std::overflow_error where Python's integer would not fit into
/// 64 bits, std::invalid_argument on numbers of a wrong type.
using NumberFunction = PlainNumber (*)(std::span<const PlainNumber>);

/// What a target computes of plain numbers, and of how many.
struct NumberOperator {
    std::string_view target;  ///< "_operator.floordiv", "torch.sym_max", "math.trunc"…
    std::size_t operands = 0;
    NumberFunction function = nullptr;
};

/// nullptr for a target that computes no number of numbers.
[[nodiscard]] const NumberOperator* findNumberOperator(std::string_view target);

}  // namespace lamscope::pt2
