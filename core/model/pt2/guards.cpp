// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/pt2/guards.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <exception>
#include <functional>
#include <initializer_list>
#include <map>
#include <system_error>
#include <variant>

#include <fmt/format.h>

#include "model/pt2/whole_numbers.h"

namespace lamscope::pt2 {

namespace {

using detail::printable;

/// A whole or floating-point number; unset where a whole one overflows or a divisor is zero.
using Number = std::optional<std::variant<std::int64_t, double>>;

/// A text that is not of the grammar of guards.
class UnreadableGuard : public std::exception {};

double asReal(const Number& number) {
    return std::visit([](auto value) { return static_cast<double>(value); }, *number);
}

/// As Python converts numbers to bool.
bool isTrue(const Number& number) {
    return number && asReal(number) != 0.0;
}

Number truth(bool value) {
    return std::int64_t{value ? 1 : 0};
}

/// `whole` of two whole numbers, else `real` of two floating-point ones.
template <typename Whole, typename Real>
Number combined(const Number& a, const Number& b, Whole whole, Real real) {
    if (!a || !b) {
        return std::nullopt;
    }
    const auto* left = std::get_if<std::int64_t>(&*a);
    const auto* right = std::get_if<std::int64_t>(&*b);
    if (left == nullptr || right == nullptr) {
        return real(asReal(a), asReal(b));
    }
    const WholeNumber result = whole(*left, *right);
    return result ? Number(*result) : std::nullopt;
}

Number sum(const Number& a, const Number& b) {
    return combined(a, b, wholeSum, std::plus<double>());
}

Number difference(const Number& a, const Number& b) {
    return combined(a, b, wholeDifference, std::minus<double>());
}

Number product(const Number& a, const Number& b) {
    return combined(a, b, wholeProduct, std::multiplies<double>());
}

/// Of floating-point numbers guards have no `//` and `%`.
Number unset(double /*a*/, double /*b*/) {
    return std::nullopt;
}

/// Python's `a / b`.
Number quotient(const Number& a, const Number& b) {
    return a && b && asReal(b) != 0.0 ? Number(asReal(a) / asReal(b)) : std::nullopt;
}

Number larger(const Number& a, const Number& b) {
    const auto choose = [](auto left, auto right) { return std::max(left, right); };
    return combined(a, b, choose, choose);
}

Number smaller(const Number& a, const Number& b) {
    const auto choose = [](auto left, auto right) { return std::min(left, right); };
    return combined(a, b, choose, choose);
}

/// A whole number, made by `toWhole` where it is none.
Number rounded(const Number& number, double (*toWhole)(double)) {
    constexpr double limit = 9e18;
    if (!number || !(std::abs(asReal(number)) < limit)) {
        return std::nullopt;
    }
    return std::holds_alternative<std::int64_t>(*number) ? number
                                                         : Number(static_cast<std::int64_t>(toWhole(asReal(number))));
}

Number compared(std::string_view comparison, const Number& a, const Number& b) {
    const auto compare = [&](auto left, auto right) {
        return std::int64_t{(comparison == "=="   ? left == right
                             : comparison == "!=" ? left != right
                             : comparison == "<=" ? left <= right
                             : comparison == ">=" ? left >= right
                             : comparison == "<"  ? left < right
                                                  : left > right)
                                ? 1
                                : 0};
    };
    return combined(a, b, compare, compare);
}

/// Evaluates a text by recursive descent; each level of Python's precedence is a function. True is 1 and False is 0, as
/// in Python.
class Evaluation {
public:
    Evaluation(std::string_view text, const InputSize& size)
        : rest_(text)
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
            value = value && !isTrue(value) ? other : value;
        }
        return value;
    }

    Number conjunction() {
        Number value = negation();
        while (acceptWord("and")) {
            const Number other = negation();
            value = isTrue(value) ? other : value;
        }
        return value;
    }

    Number negation() {
        const Level level(depth_);
        if (!acceptWord("not")) {
            return comparison();
        }
        const Number value = negation();
        return value ? truth(!isTrue(value)) : std::nullopt;
    }

    /// `a < b < c` is `a < b and b < c`, as in Python.
    Number comparison() {
        Number left = additive();
        std::string_view found = acceptedOf({"==", "!=", "<=", ">=", "<", ">"});
        if (found.empty()) {
            return left;
        }
        Number result = truth(true);
        for (; !found.empty(); found = acceptedOf({"==", "!=", "<=", ">=", "<", ">"})) {
            const Number right = additive();
            result = isTrue(result) ? compared(found, left, right) : result;
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
            const Number other = multiplicative();
            value = found == "+" ? sum(value, other) : difference(value, other);
        }
        return value;
    }

    Number multiplicative() {
        Number value = factor();
        for (auto found = acceptedOf({"*", "//", "/", "%"}); !found.empty();
             found = acceptedOf({"*", "//", "/", "%"})) {
            const Number other = factor();
            value = found == "*"   ? product(value, other)
                    : found == "/" ? quotient(value, other)
                    : found == "%" ? combined(value, other, floorRemainder, unset)
                                   : combined(value, other, floorQuotient, unset);
        }
        return value;
    }

    Number factor() {
        const Level level(depth_);
        if (accept("-")) {
            return difference(std::int64_t{0}, factor());
        }
        return accept("+") ? factor() : atom();
    }

    Number atom() {
        if (accept("(")) {
            return closed(disjunction());
        }
        if (acceptWord("max")) {
            return extreme(larger);
        }
        if (acceptWord("min")) {
            return extreme(smaller);
        }
        if (acceptWord("math.trunc")) {
            return roundedOperand([](double value) { return std::trunc(value); });
        }
        if (acceptWord("math.floor")) {
            return roundedOperand([](double value) { return std::floor(value); });
        }
        if (acceptWord("math.ceil")) {
            return roundedOperand([](double value) { return std::ceil(value); });
        }
        if (acceptWord("torch.sym_float")) {
            expect("(");
            const Number value = closed(disjunction());
            return value ? Number(asReal(value)) : std::nullopt;
        }
        if (acceptWord("True")) {
            return truth(true);
        }
        if (acceptWord("False")) {
            return truth(false);
        }
        return accept("L[") ? inputSize() : literal();
    }

    Number closed(const Number& value) {
        expect(")");
        return value;
    }

    Number roundedOperand(double (*toWhole)(double)) {
        expect("(");
        return rounded(closed(disjunction()), toWhole);
    }

    Number extreme(Number (*choose)(const Number&, const Number&)) {
        expect("(");
        Number value = disjunction();
        while (accept(",")) {
            value = choose(value, disjunction());
        }
        return closed(value);
    }

    /// The rest of `L['x'].size()[2]`. The name is the parameter's in Python, which the graph writes in its own way: a
    /// network has one input, and all sizes are that one's.
    Number inputSize() {
        const std::string_view quote = acceptedOf({"'", "\""});
        const auto end = quote.empty() ? std::string_view::npos : rest_.find(quote);
        if (end == std::string_view::npos) {
            throw UnreadableGuard();
        }
        rest_.remove_prefix(end + 1);
        expect("].size()[");
        const std::int64_t axis = digits();
        expect("]");
        if (axis >= std::ssize(sizes_)) {
            throw UnreadableGuard();
        }
        return sizes_.at(static_cast<std::size_t>(axis));
    }

    /// A number without sign: whole, or with a point and digits behind it.
    Number literal() {
        skipSpace();
        const std::string_view start = rest_;
        const std::int64_t whole = digits();
        if (!rest_.starts_with('.')) {
            return whole;
        }
        rest_.remove_prefix(1);
        static_cast<void>(digits());
        double value = 0.0;  // with a point in every locale
        const auto [stop, failure] = std::from_chars(start.data(), rest_.data(), value);
        return failure == std::errc() && stop == rest_.data() ? Number(value) : std::nullopt;
    }

    std::int64_t digits() {
        std::int64_t value = 0;
        const auto* const end = rest_.data() + rest_.size();
        const auto [stop, failure] = std::from_chars(rest_.data(), end, value);
        if (failure != std::errc() || rest_.front() == '-') {
            throw UnreadableGuard();
        }
        rest_.remove_prefix(static_cast<std::size_t>(stop - rest_.data()));
        return value;
    }

    std::string_view rest_;
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

bool satisfies(std::string_view guard, const InputSize& size) {
    try {
        return isTrue(Evaluation(guard, size).whole());
    } catch (const UnreadableGuard&) {
        return false;
    }
}

std::optional<std::string> violatedRangeOfSides(const Program& program, const InputSize& size) {
    constexpr std::int64_t habit = 2;  // of the exporter, as the lower bound of all sizes
    const std::array<std::int64_t, 4> sizes{size.batch, size.channels, size.height, size.width};
    const auto& extents = program.inputValue().facts->sizes;
    for (std::size_t axis = 2; axis < sizes.size(); ++axis) {
        if (auto rule = violatedRange(program, extents.at(axis).expression, axis, std::max(sizes.at(axis), habit))) {
            return rule;
        }
    }
    return std::nullopt;
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
        return !satisfies(guard, size) && !satisfies(guard, likely);
    });
    return violated == program.guards->end() ? std::nullopt : std::optional(printable(*violated, 200));
}

}  // namespace lamscope::pt2
