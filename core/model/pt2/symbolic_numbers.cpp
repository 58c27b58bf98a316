// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/pt2/symbolic_numbers.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <compare>
#include <optional>
#include <stdexcept>

#include "model/pt2/whole_numbers.h"

namespace lamscope::pt2 {

namespace {

using Numbers = std::span<const PlainNumber>;

bool isReal(const PlainNumber& number) {
    return std::holds_alternative<double>(number);
}

/// Bools count as 0 and 1.
std::int64_t wholeOf(const PlainNumber& number) {
    if (const auto* truth = std::get_if<bool>(&number)) {
        return *truth ? 1 : 0;
    }
    if (const auto* whole = std::get_if<std::int64_t>(&number)) {
        return *whole;
    }
    throw std::invalid_argument("a whole number is needed, a float is given");
}

double realOf(const PlainNumber& number) {
    const auto* real = std::get_if<double>(&number);
    return real != nullptr ? *real : static_cast<double>(wholeOf(number));
}

bool truthOf(const PlainNumber& number) {
    return isReal(number) ? realOf(number) != 0.0 : wholeOf(number) != 0;
}

[[noreturn]] void overflow() {
    throw std::overflow_error("a whole number exceeds 64 bits");
}

[[noreturn]] void divisionByZero() {
    throw std::domain_error("division by zero");
}

std::int64_t fitting(const WholeNumber& number) {
    if (!number) {
        overflow();
    }
    return *number;
}

bool anyReal(Numbers numbers) {
    return std::ranges::any_of(numbers, isReal);
}

PlainNumber add(Numbers numbers) {
    if (anyReal(numbers)) {
        return realOf(numbers[0]) + realOf(numbers[1]);
    }
    return fitting(wholeSum(wholeOf(numbers[0]), wholeOf(numbers[1])));
}

PlainNumber subtract(Numbers numbers) {
    if (anyReal(numbers)) {
        return realOf(numbers[0]) - realOf(numbers[1]);
    }
    return fitting(wholeDifference(wholeOf(numbers[0]), wholeOf(numbers[1])));
}

std::int64_t product(std::int64_t left, std::int64_t right) {
    return fitting(wholeProduct(left, right));
}

PlainNumber multiply(Numbers numbers) {
    if (anyReal(numbers)) {
        return realOf(numbers[0]) * realOf(numbers[1]);
    }
    return product(wholeOf(numbers[0]), wholeOf(numbers[1]));
}

std::int64_t wholeDivisorOf(const PlainNumber& number) {
    const auto divisor = wholeOf(number);
    if (divisor == 0) {
        divisionByZero();
    }
    return divisor;
}

double divisorOf(const PlainNumber& number) {
    const double divisor = realOf(number);
    if (divisor == 0.0) {
        divisionByZero();
    }
    return divisor;
}

PlainNumber floorDivide(Numbers numbers) {
    if (anyReal(numbers)) {
        return std::floor(realOf(numbers[0]) / divisorOf(numbers[1]));
    }
    return fitting(floorQuotient(wholeOf(numbers[0]), wholeDivisorOf(numbers[1])));
}

PlainNumber modulo(Numbers numbers) {
    if (anyReal(numbers)) {
        const double divisor = divisorOf(numbers[1]);
        const double remainder = std::fmod(realOf(numbers[0]), divisor);
        return remainder != 0.0 && (remainder < 0.0) != (divisor < 0.0) ? remainder + divisor : remainder;
    }
    return fitting(floorRemainder(wholeOf(numbers[0]), wholeDivisorOf(numbers[1])));
}

PlainNumber trueDivide(Numbers numbers) {
    return realOf(numbers[0]) / divisorOf(numbers[1]);
}

PlainNumber power(Numbers numbers) {
    if (anyReal(numbers) || wholeOf(numbers[1]) < 0) {
        if (realOf(numbers[0]) == 0.0 && realOf(numbers[1]) < 0.0) {
            divisionByZero();
        }
        return std::pow(realOf(numbers[0]), realOf(numbers[1]));
    }
    auto base = wholeOf(numbers[0]);
    std::int64_t result = 1;
    for (auto exponent = wholeOf(numbers[1]); exponent > 0; exponent /= 2) {
        if (exponent % 2 == 1) {
            result = product(result, base);
        }
        if (exponent > 1) {
            base = product(base, base);
        }
    }
    return result;
}

PlainNumber negate(Numbers numbers) {
    if (isReal(numbers[0])) {
        return -realOf(numbers[0]);
    }
    return subtract(std::array<PlainNumber, 2>{std::int64_t{0}, numbers[0]});
}

PlainNumber positive(Numbers numbers) {
    return isReal(numbers[0]) ? numbers[0] : PlainNumber(wholeOf(numbers[0]));
}

std::partial_ordering compared(Numbers numbers) {
    if (anyReal(numbers)) {
        return realOf(numbers[0]) <=> realOf(numbers[1]);
    }
    return wholeOf(numbers[0]) <=> wholeOf(numbers[1]);
}

bool areBools(Numbers numbers) {
    return std::ranges::all_of(numbers, [](const PlainNumber& number) { return std::holds_alternative<bool>(number); });
}

PlainNumber both(Numbers numbers) {
    const auto result = wholeOf(numbers[0]) & wholeOf(numbers[1]);
    return areBools(numbers) ? PlainNumber(result != 0) : PlainNumber(result);
}

PlainNumber either(Numbers numbers) {
    const auto result = wholeOf(numbers[0]) | wholeOf(numbers[1]);
    return areBools(numbers) ? PlainNumber(result != 0) : PlainNumber(result);
}

std::int64_t twoToThe(const PlainNumber& exponent) {
    constexpr std::int64_t largest = 62;
    const auto bits = wholeOf(exponent);
    if (bits < 0 || bits > largest) {
        overflow();
    }
    return std::int64_t{1} << bits;
}

PlainNumber toWhole(Numbers numbers) {
    if (!isReal(numbers[0])) {
        return wholeOf(numbers[0]);
    }
    constexpr double limit = 9.2e18;
    const double whole = std::trunc(realOf(numbers[0]));
    if (!(std::abs(whole) < limit)) {
        overflow();
    }
    return static_cast<std::int64_t>(whole);
}

PlainNumber squareRoot(Numbers numbers) {
    const double radicand = realOf(numbers[0]);
    if (radicand < 0.0) {
        throw std::domain_error("the square root of a negative number");
    }
    return std::sqrt(radicand);
}

constexpr std::array numberOperators{
    NumberOperator{"_operator.add", 2, add},
    NumberOperator{"_operator.sub", 2, subtract},
    NumberOperator{"_operator.mul", 2, multiply},
    NumberOperator{"_operator.floordiv", 2, floorDivide},
    NumberOperator{"_operator.mod", 2, modulo},
    NumberOperator{"_operator.truediv", 2, trueDivide},
    NumberOperator{"_operator.pow", 2, power},
    NumberOperator{"_operator.neg", 1, negate},
    NumberOperator{"_operator.pos", 1, positive},
    NumberOperator{"_operator.eq", 2, [](Numbers n) { return PlainNumber(compared(n) == 0); }},
    NumberOperator{"_operator.ne", 2, [](Numbers n) { return PlainNumber(compared(n) != 0); }},
    NumberOperator{"_operator.lt", 2, [](Numbers n) { return PlainNumber(compared(n) < 0); }},
    NumberOperator{"_operator.le", 2, [](Numbers n) { return PlainNumber(compared(n) <= 0); }},
    NumberOperator{"_operator.gt", 2, [](Numbers n) { return PlainNumber(compared(n) > 0); }},
    NumberOperator{"_operator.ge", 2, [](Numbers n) { return PlainNumber(compared(n) >= 0); }},
    NumberOperator{"_operator.and_", 2, both},
    NumberOperator{"_operator.or_", 2, either},
    NumberOperator{"_operator.lshift", 2,
                   [](Numbers n) { return PlainNumber(product(wholeOf(n[0]), twoToThe(n[1]))); }},
    NumberOperator{"_operator.rshift", 2,
                   [](Numbers n) { return PlainNumber(fitting(floorQuotient(wholeOf(n[0]), twoToThe(n[1])))); }},
    NumberOperator{"torch.sym_int", 1, toWhole},
    NumberOperator{"torch.sym_float", 1, [](Numbers n) { return PlainNumber(realOf(n[0])); }},
    NumberOperator{"torch.sym_max", 2, [](Numbers n) { return compared(n) < 0 ? n[1] : n[0]; }},
    NumberOperator{"torch.sym_min", 2, [](Numbers n) { return compared(n) > 0 ? n[1] : n[0]; }},
    NumberOperator{"torch.sym_not", 1, [](Numbers n) { return PlainNumber(!truthOf(n[0])); }},
    NumberOperator{"torch.sym_ite", 3, [](Numbers n) { return truthOf(n[0]) ? n[1] : n[2]; }},
    NumberOperator{"torch.sym_sqrt", 1, squareRoot},
    NumberOperator{"torch._sym_sqrt", 1, squareRoot},
    NumberOperator{"math.trunc", 1, toWhole},
};

}  // namespace

const NumberOperator* findNumberOperator(std::string_view target) {
    const auto* found = std::ranges::find(numberOperators, target, &NumberOperator::target);
    return found == numberOperators.end() ? nullptr : &*found;
}

}  // namespace lamscope::pt2
