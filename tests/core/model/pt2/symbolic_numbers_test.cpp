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

PlainNumber whole(std::int64_t value) {
    return value;
}

/// What Python's interpreter gives.
TEST(SymbolicNumbers, QuotientsAreRoundedDown) {
    EXPECT_EQ(computed("_operator.floordiv", {whole(7), whole(2)}), whole(3));
    EXPECT_EQ(computed("_operator.floordiv", {whole(-7), whole(2)}), whole(-4));
    EXPECT_EQ(computed("_operator.floordiv", {whole(7), whole(-2)}), whole(-4));
    EXPECT_EQ(computed("_operator.floordiv", {whole(-8), whole(2)}), whole(-4));
    EXPECT_EQ(computed("_operator.mod", {whole(-7), whole(3)}), whole(2));
    EXPECT_EQ(computed("_operator.mod", {whole(7), whole(-3)}), whole(-2));
    EXPECT_EQ(computed("_operator.mod", {whole(6), whole(-3)}), whole(0));
    EXPECT_EQ(computed("_operator.mod", {-7.5, whole(2)}), PlainNumber(0.5));
    EXPECT_EQ(computed("_operator.floordiv", {-7.5, whole(2)}), PlainNumber(-4.0));
    EXPECT_EQ(computed("_operator.truediv", {whole(7), whole(2)}), PlainNumber(3.5));
    EXPECT_EQ(computed("_operator.rshift", {whole(-5), whole(1)}), whole(-3));
    EXPECT_EQ(computed("_operator.lshift", {whole(5), whole(2)}), whole(20));
}

TEST(SymbolicNumbers, TypesAreThoseOfPython) {
    EXPECT_EQ(computed("_operator.add", {whole(2), whole(3)}), whole(5));
    EXPECT_EQ(computed("_operator.add", {whole(2), 3.0}), PlainNumber(5.0));
    EXPECT_EQ(computed("_operator.mul", {true, whole(3)}), whole(3));
    EXPECT_EQ(computed("_operator.pow", {whole(3), whole(4)}), whole(81));
    EXPECT_EQ(computed("_operator.pow", {whole(2), whole(-1)}), PlainNumber(0.5));
    EXPECT_EQ(computed("_operator.and_", {true, false}), PlainNumber(false));
    EXPECT_EQ(computed("_operator.or_", {whole(5), whole(2)}), whole(7));
    EXPECT_EQ(computed("_operator.lt", {whole(1), 1.5}), PlainNumber(true));
    EXPECT_EQ(computed("torch.sym_float", {whole(3)}), PlainNumber(3.0));
    EXPECT_EQ(computed("torch.sym_int", {-3.7}), whole(-3));
    EXPECT_EQ(computed("math.trunc", {3.7}), whole(3));
    EXPECT_EQ(computed("torch.sym_max", {whole(3), whole(5)}), whole(5));
    EXPECT_EQ(computed("torch.sym_min", {whole(3), whole(5)}), whole(3));
    EXPECT_EQ(computed("torch.sym_not", {false}), PlainNumber(true));
    EXPECT_EQ(computed("torch.sym_ite", {whole(0), whole(1), whole(2)}), whole(2));
    EXPECT_EQ(computed("torch.sym_sqrt", {whole(9)}), PlainNumber(3.0));
    EXPECT_EQ(findNumberOperator("_operator.matmul"), nullptr);
}

TEST(SymbolicNumbers, WhatDoesNotFitIsAnError) {
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    constexpr auto least = std::numeric_limits<std::int64_t>::min();
    EXPECT_THROW(computed("_operator.add", {whole(most), whole(1)}), std::overflow_error);
    EXPECT_THROW(computed("_operator.mul", {whole(most), whole(2)}), std::overflow_error);
    EXPECT_THROW(computed("_operator.neg", {whole(least)}), std::overflow_error);
    EXPECT_THROW(computed("_operator.floordiv", {whole(least), whole(-1)}), std::overflow_error);
    EXPECT_THROW(computed("_operator.pow", {whole(10), whole(19)}), std::overflow_error);
    EXPECT_THROW(computed("_operator.lshift", {whole(1), whole(63)}), std::overflow_error);
    EXPECT_THROW(computed("torch.sym_int", {1e30}), std::overflow_error);
    EXPECT_THROW(computed("_operator.floordiv", {whole(1), whole(0)}), std::domain_error);
    EXPECT_THROW(computed("_operator.mod", {whole(1), 0.0}), std::domain_error);
    EXPECT_THROW(computed("_operator.truediv", {whole(1), whole(0)}), std::domain_error);
    EXPECT_THROW(computed("_operator.and_", {1.5, whole(1)}), std::invalid_argument);
}

}  // namespace
}  // namespace lamscope::pt2
