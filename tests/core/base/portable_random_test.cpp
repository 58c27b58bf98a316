// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/portable_random.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace lamscope {
namespace {

// Integers and numbers of a second implementation of the rule, in Python.
TEST(PortableRandom, GivesTheNumbersOfTheRuleInAnyLanguage) {
    const PortableRandom random("noise/0/baby");
    EXPECT_EQ(random.integer(0), 0x0b3f6c20U);
    EXPECT_EQ(random.integer(1), 0xa9d100a5U);
    EXPECT_EQ(random.integer(2), 0x919b4287U);
    EXPECT_EQ(random.integer(3), 0xa915e3cbU);
    EXPECT_EQ(random.integer((1ULL << 32U) + 1), random.integer(1));
    EXPECT_DOUBLE_EQ(random.uniform(0), 0.04393649857956916);
    EXPECT_DOUBLE_EQ(random.uniform(3), 0.6604902622057125);
    EXPECT_NEAR(random.normal(0), -1.2949077729744747, 1e-14);
    EXPECT_NEAR(random.normal(1), -2.1385120207033133, 1e-14);
    EXPECT_NEAR(random.normal(2), -0.5664578217185915, 1e-14);
    EXPECT_NEAR(random.normal(3), -0.8987018921650398, 1e-14);
    const PortableRandom large("noise/18446744073709551615/\u00fc");  // a seed of 64 bits, a name in UTF-8
    EXPECT_EQ(large.integer(0), 0x7c43da0eU);
    EXPECT_EQ(large.integer(1000), 0x00a693f0U);
}

TEST(PortableRandom, NormalNumbersHaveTheMomentsOfTheNormalDistribution) {
    constexpr std::uint64_t count = 200'000;
    const PortableRandom random("noise/1/moments");
    double sum = 0.0;
    double squares = 0.0;
    double fourths = 0.0;
    double neighbours = 0.0;
    for (std::uint64_t e = 0; e < count; ++e) {
        const double value = random.normal(e);
        sum += value;
        squares += value * value;
        fourths += value * value * value * value;
        neighbours += value * random.normal(e + 1);
    }
    constexpr double n = count;
    constexpr double sureness = 5.0;  // standard errors
    EXPECT_NEAR(sum / n, 0.0, sureness / std::sqrt(n));
    EXPECT_NEAR(squares / n, 1.0, sureness * std::sqrt(2.0 / n));
    EXPECT_NEAR(fourths / n, 3.0, sureness * std::sqrt(96.0 / n));
    EXPECT_NEAR(neighbours / n, 0.0, sureness / std::sqrt(n));
}

TEST(PortableRandom, UniformNumbersLieInsideTheirInterval) {
    const PortableRandom random("uniform");
    std::vector<int> tenths(10);
    constexpr int count = 100'000;
    for (std::uint64_t k = 0; k < count; ++k) {
        const double value = random.uniform(k);
        ASSERT_GT(value, 0.0);
        ASSERT_LT(value, 1.0);
        ++tenths.at(static_cast<std::size_t>(value * 10.0));
    }
    for (const int found : tenths) {
        EXPECT_NEAR(found, count / 10.0, 5.0 * std::sqrt(count * 0.09));
    }
}

}  // namespace
}  // namespace lamscope
