// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/pt2/symbolic_numbers.h"

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace lamscope::pt2 {
namespace {

PlainNumber computed(const std::string& target, const std::vector<PlainNumber>& operands) {
    const auto* function = findNumberOperator(target);
    if (function == nullptr || function->operands != operands.size()) {
        throw std::logic_error("no such operator: " + target);
    }
    return function->function(operands);
}

PlainNumber integer(std::int64_t value) {
    return value;
}

/// What Python's interpreter gives.
TEST(SymbolicNumbers, QuotientsAreRoundedDown) {
    EXPECT_EQ(computed("_operator.floordiv", {integer(7), integer(2)}), integer(3));
    EXPECT_EQ(computed("_operator.floordiv", {integer(-7), integer(2)}), integer(-4));
    EXPECT_EQ(computed("_operator.floordiv", {integer(7), integer(-2)}), integer(-4));
    EXPECT_EQ(computed("_operator.floordiv", {integer(-8), integer(2)}), integer(-4));
    EXPECT_EQ(computed("_operator.mod", {integer(-7), integer(3)}), integer(2));
    EXPECT_EQ(computed("_operator.mod", {integer(7), integer(-3)}), integer(-2));
    EXPECT_EQ(computed("_operator.mod", {integer(6), integer(-3)}), integer(0));
    EXPECT_EQ(computed("_operator.mod", {-7.5, integer(2)}), PlainNumber(0.5));
    EXPECT_EQ(computed("_operator.floordiv", {-7.5, integer(2)}), PlainNumber(-4.0));
    EXPECT_EQ(computed("_operator.truediv", {integer(7), integer(2)}), PlainNumber(3.5));
    EXPECT_EQ(computed("_operator.rshift", {integer(-5), integer(1)}), integer(-3));
    EXPECT_EQ(computed("_operator.lshift", {integer(5), integer(2)}), integer(20));
}

TEST(SymbolicNumbers, TypesAreThoseOfPython) {
    EXPECT_EQ(computed("_operator.add", {integer(2), integer(3)}), integer(5));
    EXPECT_EQ(computed("_operator.add", {integer(2), 3.0}), PlainNumber(5.0));
    EXPECT_EQ(computed("_operator.mul", {true, integer(3)}), integer(3));
    EXPECT_EQ(computed("_operator.pow", {integer(3), integer(4)}), integer(81));
    EXPECT_EQ(computed("_operator.pow", {integer(2), integer(-1)}), PlainNumber(0.5));
    EXPECT_EQ(computed("_operator.and_", {true, false}), PlainNumber(false));
    EXPECT_EQ(computed("_operator.or_", {integer(5), integer(2)}), integer(7));
    EXPECT_EQ(computed("_operator.lt", {integer(1), 1.5}), PlainNumber(true));
    EXPECT_EQ(computed("torch.sym_float", {integer(3)}), PlainNumber(3.0));
    EXPECT_EQ(computed("torch.sym_int", {-3.7}), integer(-3));
    EXPECT_EQ(computed("math.trunc", {3.7}), integer(3));
    EXPECT_EQ(computed("torch.sym_max", {integer(3), integer(5)}), integer(5));
    EXPECT_EQ(computed("torch.sym_min", {integer(3), integer(5)}), integer(3));
    EXPECT_EQ(computed("torch.sym_not", {false}), PlainNumber(true));
    EXPECT_EQ(computed("torch.sym_ite", {integer(0), integer(1), integer(2)}), integer(2));
    EXPECT_EQ(computed("torch.sym_sqrt", {integer(9)}), PlainNumber(3.0));
    EXPECT_EQ(findNumberOperator("_operator.matmul"), nullptr);
}

TEST(SymbolicNumbers, WhatDoesNotFitIsAnError) {
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    constexpr auto least = std::numeric_limits<std::int64_t>::min();
    EXPECT_THROW(computed("_operator.add", {integer(most), integer(1)}), std::overflow_error);
    EXPECT_THROW(computed("_operator.mul", {integer(most), integer(2)}), std::overflow_error);
    EXPECT_THROW(computed("_operator.neg", {integer(least)}), std::overflow_error);
    EXPECT_THROW(computed("_operator.floordiv", {integer(least), integer(-1)}), std::overflow_error);
    EXPECT_THROW(computed("_operator.pow", {integer(10), integer(19)}), std::overflow_error);
    EXPECT_THROW(computed("_operator.lshift", {integer(1), integer(63)}), std::overflow_error);
    EXPECT_THROW(computed("torch.sym_int", {1e30}), std::overflow_error);
    EXPECT_THROW(computed("_operator.floordiv", {integer(1), integer(0)}), std::domain_error);
    EXPECT_THROW(computed("_operator.mod", {integer(1), 0.0}), std::domain_error);
    EXPECT_THROW(computed("_operator.truediv", {integer(1), integer(0)}), std::domain_error);
    EXPECT_THROW(computed("_operator.and_", {1.5, integer(1)}), std::invalid_argument);
}

}  // namespace
}  // namespace lamscope::pt2
