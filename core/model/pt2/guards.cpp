// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/pt2/guards.h"

#include <algorithm>
#include <array>
#include <exception>
#include <initializer_list>
#include <limits>
#include <map>

#include <fmt/format.h>

namespace lamscope::pt2 {

namespace {

using detail::printable;

/// Unset where a number overflows or a divisor is zero.
using Number = std::optional<std::int64_t>;

/// A text that is not of the grammar of guards.
class UnreadableGuard : public std::exception {};

template <typename Operation>
Number combined(const Number& a, const Number& b, Operation operation) {
    return a && b ? operation(*a, *b) : std::nullopt;
}

Number sum(std::int64_t a, std::int64_t b) {
    std::int64_t result = 0;
    return __builtin_add_overflow(a, b, &result) ? std::nullopt : Number(result);
}

Number difference(std::int64_t a, std::int64_t b) {
    std::int64_t result = 0;
    return __builtin_sub_overflow(a, b, &result) ? std::nullopt : Number(result);
}

Number product(std::int64_t a, std::int64_t b) {
    std::int64_t result = 0;
    return __builtin_mul_overflow(a, b, &result) ? std::nullopt : Number(result);
}

bool isDivisible(std::int64_t a, std::int64_t b) {
    return b != 0 && !(a == std::numeric_limits<std::int64_t>::min() && b == -1);
}

/// Python's `a // b`, rounded down.
Number floorQuotient(std::int64_t a, std::int64_t b) {
    if (!isDivisible(a, b)) {
        return std::nullopt;
    }
    return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

/// Python's `a % b`, with the sign of b.
Number floorRemainder(std::int64_t a, std::int64_t b) {
    if (!isDivisible(a, b)) {
        return std::nullopt;
    }
    const std::int64_t rest = a % b;
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

Number compared(std::string_view comparison, std::int64_t a, std::int64_t b) {
    const bool result = comparison == "=="   ? a == b
                        : comparison == "!=" ? a != b
                        : comparison == "<=" ? a <= b
                        : comparison == ">=" ? a >= b
                        : comparison == "<"  ? a < b
                                             : a > b;
    return result ? 1 : 0;
}

/// Evaluates a text by recursive descent; each level of Python's precedence is a function. True is 1 and False is 0, as
/// in Python.
class Evaluation {
public:
    Evaluation(std::string_view text, std::string_view input, const InputSize& size)
        : rest_(text)
        , tensor_(input)
        , sizes_{size.batch, size.channels, size.height, size.width} {}

    /// Throws UnreadableGuard.
    Number whole() {
        const Number value = disjunction();
        skipSpace();
        if (!rest_.empty()) {
            throw UnreadableGuard();
        }
        return value;
    }

private:
    /// Counts how deep the text is nested while it lives.
    class Level {
    public:
        explicit Level(int& depth)
            : depth_(depth) {
            constexpr int deepest = 128;
            if (++depth_ > deepest) {
                throw UnreadableGuard();
            }
        }
        Level(const Level&) = delete;
        Level& operator=(const Level&) = delete;
        ~Level() { --depth_; }

    private:
        int& depth_;
    };

    void skipSpace() { rest_.remove_prefix(std::min(rest_.size(), rest_.find_first_not_of(" \t\n"))); }

    bool accept(std::string_view token) {
        skipSpace();
        if (!rest_.starts_with(token)) {
            return false;
        }
        rest_.remove_prefix(token.size());
        return true;
    }

    bool acceptWord(std::string_view word) {
        skipSpace();
        const auto isInWord = [](char character) {
            return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z')
                   || (character >= '0' && character <= '9') || character == '_' || character == '.';
        };
        const bool isWhole =
            rest_.size() == word.size() || (rest_.size() > word.size() && !isInWord(rest_[word.size()]));
        return isWhole && accept(word);
    }

    void expect(std::string_view token) {
        if (!accept(token)) {
            throw UnreadableGuard();
        }
    }

    /// What an operand that decides alone leaves undecided does not matter: `h != 0 and w // h == 1`.
    Number disjunction() {
        const Level level(depth_);
        Number value = conjunction();
        while (acceptWord("or")) {
            const Number other = conjunction();
            value = value == 0 ? other : value;
        }
        return value;
    }

    Number conjunction() {
        Number value = negation();
        while (acceptWord("and")) {
            const Number other = negation();
            value = value && *value != 0 ? other : value;
        }
        return value;
    }

    Number negation() {
        const Level level(depth_);
        if (!acceptWord("not")) {
            return comparison();
        }
        const Number value = negation();
        return value ? Number(*value == 0 ? 1 : 0) : std::nullopt;
    }

    /// `a < b < c` is `a < b and b < c`, as in Python.
    Number comparison() {
        Number left = additive();
        std::string_view found = acceptedOf({"==", "!=", "<=", ">=", "<", ">"});
        if (found.empty()) {
            return left;
        }
        Number result = 1;
        for (; !found.empty(); found = acceptedOf({"==", "!=", "<=", ">=", "<", ">"})) {
            const Number right = additive();
            const Number step =
                combined(left, right, [&](std::int64_t a, std::int64_t b) { return compared(found, a, b); });
            result = result && *result != 0 ? step : result;
            left = right;
        }
        return result;
    }

    std::string_view acceptedOf(std::initializer_list<std::string_view> tokens) {
        for (const auto token : tokens) {
            if (accept(token)) {
                return token;
            }
        }
        return "";
    }

    Number additive() {
        Number value = multiplicative();
        for (auto found = acceptedOf({"+", "-"}); !found.empty(); found = acceptedOf({"+", "-"})) {
            value = combined(value, multiplicative(), found == "+" ? sum : difference);
        }
        return value;
    }

    Number multiplicative() {
        Number value = factor();
        for (auto found = acceptedOf({"*", "//", "%"}); !found.empty(); found = acceptedOf({"*", "//", "%"})) {
            value = combined(value, factor(), found == "*" ? product : found == "%" ? floorRemainder : floorQuotient);
        }
        return value;
    }

    Number factor() {
        const Level level(depth_);
        if (accept("-")) {
            return combined(0, factor(), difference);
        }
        return accept("+") ? factor() : atom();
    }

    Number atom() {
        if (accept("(")) {
            const Number value = disjunction();
            expect(")");
            return value;
        }
        if (acceptWord("max")) {
            return extreme([](std::int64_t a, std::int64_t b) { return Number(std::max(a, b)); });
        }
        if (acceptWord("min")) {
            return extreme([](std::int64_t a, std::int64_t b) { return Number(std::min(a, b)); });
        }
        if (acceptWord("True")) {
            return 1;
        }
        if (acceptWord("False")) {
            return 0;
        }
        return accept("L[") ? inputSize() : literal();
    }

    template <typename Choose>
    Number extreme(Choose choose) {
        expect("(");
        Number value = disjunction();
        while (accept(",")) {
            value = combined(value, disjunction(), choose);
        }
        expect(")");
        return value;
    }

    /// The rest of `L['x'].size()[2]`.
    Number inputSize() {
        const std::string_view quote = acceptedOf({"'", "\""});
        if (quote.empty() || !accept(tensor_)) {
            throw UnreadableGuard();
        }
        expect(quote);
        expect("].size()[");
        const Number axis = literal();
        expect("]");
        if (!axis || *axis >= std::ssize(sizes_)) {
            throw UnreadableGuard();
        }
        return sizes_.at(static_cast<std::size_t>(*axis));
    }

    /// A whole number without sign.
    Number literal() {
        skipSpace();
        Number value = 0;
        std::size_t digits = 0;
        for (; digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9'; ++digits) {
            value = combined(combined(value, 10, product), rest_[digits] - '0', sum);
        }
        if (digits == 0) {
            throw UnreadableGuard();
        }
        rest_.remove_prefix(digits);
        return value;
    }

    std::string_view rest_;
    std::string_view tensor_;
    std::array<std::int64_t, 4> sizes_;
    int depth_ = 0;
};

constexpr std::array<std::string_view, 4> axisNames{"batch", "channels", "height", "width"};

bool isSymbol(std::string_view expression) {
    return expression.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
           == std::string_view::npos;
}

std::optional<std::string> violatedRange(const Program& program, const std::string& symbol, std::size_t axis,
                                         std::int64_t size) {
    constexpr std::int64_t habit = 2;
    const auto found = program.ranges.find(symbol);
    if (found == program.ranges.end()) {
        return std::nullopt;
    }
    const auto& [least, most] = found->second;
    if (least && size < *least && !(axis == 0 && *least <= habit)) {
        return fmt::format("{} >= {}", axisNames.at(axis), *least);
    }
    if (most && size > *most) {
        return fmt::format("{} <= {}", axisNames.at(axis), *most);
    }
    return std::nullopt;
}

/// The rules of the input's shape.
std::optional<std::string> violatedShape(const Program& program, const std::array<std::int64_t, 4>& size) {
    std::map<std::string_view, std::size_t> symbols;
    const auto& extents = program.inputValue().facts->sizes;
    for (std::size_t axis = 0; axis < size.size(); ++axis) {
        const auto& [example, expression] = extents.at(axis);
        if (expression.empty() || !isSymbol(expression)) {
            if (example != size.at(axis)) {
                return expression.empty() ? fmt::format("{} == {}", axisNames.at(axis), *example)
                                          : fmt::format("{} == {}", axisNames.at(axis), printable(expression));
            }
            continue;
        }
        const auto [first, isNew] = symbols.emplace(expression, axis);
        if (!isNew && size.at(first->second) != size.at(axis)) {
            return fmt::format("{} == {}", axisNames.at(first->second), axisNames.at(axis));
        }
        if (auto rule = violatedRange(program, expression, axis, size.at(axis))) {
            return rule;
        }
    }
    return std::nullopt;
}

/// Whether the exporter ran the size itself; in a batch that may vary, each picture counts as one.
bool isExample(const Value& input, const std::array<std::int64_t, 4>& size) {
    const auto& extents = input.facts->sizes;
    for (std::size_t axis = 0; axis < size.size(); ++axis) {
        const bool isOneOfSeveral = axis == 0 && !extents.at(axis).isFixed() && size.at(axis) == 1;
        if (extents.at(axis).value != size.at(axis) && !isOneOfSeveral) {
            return false;
        }
    }
    return true;
}

}  // namespace

bool satisfies(std::string_view guard, std::string_view input, const InputSize& size) {
    try {
        const Number value = Evaluation(guard, input, size).whole();
        return value && *value != 0;
    } catch (const UnreadableGuard&) {
        return false;
    }
}

std::optional<std::string> violatedRule(const Program& program, const InputSize& size) {
    const Value& input = program.inputValue();
    const std::array<std::int64_t, 4> sizes{size.batch, size.channels, size.height, size.width};
    if (isExample(input, sizes)) {
        return std::nullopt;
    }
    if (auto rule = violatedShape(program, sizes)) {
        return rule;
    }
    if (!program.guards) {
        return "the size of the exporter's example (the file does not say which others are right)";
    }
    // The exporter takes sizes from 2 on as one case and states nothing about 1: a batch of 2 stands for it.
    InputSize likely = size;
    likely.batch = size.batch == 1 && !input.facts->sizes.front().isFixed() ? 2 : size.batch;
    const auto violated = std::ranges::find_if(*program.guards, [&](const std::string& guard) {
        return !satisfies(guard, input.name, size) && !satisfies(guard, input.name, likely);
    });
    return violated == program.guards->end() ? std::nullopt : std::optional(printable(*violated, 200));
}

}  // namespace lamscope::pt2
