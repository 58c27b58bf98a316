// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/principal_components.h"

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "support/expect_error.h"
#include "support/portable_numbers.h"

namespace lamscope {
namespace {

std::vector<double> randomRows(std::size_t rows, std::size_t columns) {
    std::vector<double> data;
    for (std::uint32_t n = 0; n < rows * columns; ++n) {
        data.push_back(test::portableNumber(3, n) * std::exp(-0.3 * static_cast<double>(n % columns)));
    }
    return data;
}

TEST(PrincipalComponents, OfAnEllipseAreItsAxes) {
    // (±3, 0) and (0, ±1), moved: squares of 18 and 2 along the axes.
    const auto gram = gramOf(std::vector<double>{8.0, 2.0, 2.0, 2.0, 5.0, 3.0, 5.0, 1.0}, 2);
    const auto principal = principalComponents(gram, 3);
    EXPECT_NEAR(principal.eigenvalues[0], 18.0, 1e-12);
    EXPECT_NEAR(principal.eigenvalues[1], 2.0, 1e-12);
    EXPECT_NEAR(principal.eigenvalues[2], 0.0, 1e-12);
    EXPECT_NEAR(principal.total, 20.0, 1e-12);
    EXPECT_NEAR(principal.explained(1), 0.9, 1e-12);
    EXPECT_NEAR(std::abs(principal.score(0, 0)), 3.0, 1e-12);
    EXPECT_NEAR(principal.score(0, 0) + principal.score(1, 0), 0.0, 1e-12);
    EXPECT_NEAR(std::abs(principal.score(2, 1)), 1.0, 1e-12);
}

TEST(PrincipalComponents, KeepTheProductsOfTheRows) {
    const auto gram = centred(gramOf(randomRows(9, 5), 5));
    const auto principal = principalComponents(gram, 9);
    const auto again = gramOfScores(principal, 9);
    const auto first = gramOfScores(principal, 5);
    for (std::size_t i = 0; i < gram.values.size(); ++i) {
        EXPECT_NEAR(again.values[i], gram.values[i], 1e-12);
        EXPECT_NEAR(first.values[i], gram.values[i], 1e-12) << "five columns have five components";
    }
}

TEST(PrincipalComponents, HaveTheScoreOfLargestMagnitudePositive) {
    auto data = randomRows(9, 5);
    const auto principal = principalComponents(gramOf(data, 5), 4);
    for (std::size_t k = 0; k < 4; ++k) {
        double largest = 0.0;
        for (std::size_t i = 0; i < 9; ++i) {
            largest = std::abs(principal.score(i, k)) > std::abs(largest) ? principal.score(i, k) : largest;
        }
        EXPECT_GT(largest, 0.0);
    }
    for (double& value : data) {
        value = 2.0 - value;  // reflected: the same distances, so the same picture
    }
    const auto reflected = principalComponents(gramOf(data, 5), 4);
    for (std::size_t i = 0; i < principal.scores.size(); ++i) {
        EXPECT_NEAR(reflected.scores[i], principal.scores[i], 1e-12);
    }
}

TEST(PrincipalComponents, OfEqualRowsAreZero) {
    const auto principal = principalComponents(gramOf(std::vector<double>(12, 0.1), 3), 4);
    for (const double score : principal.scores) {
        EXPECT_NEAR(score, 0.0, 1e-8);
    }
    EXPECT_LE(principal.explained(4), 1.0);
}

TEST(PrincipalComponents, RefuseWhatCannotBe) {
    const auto gram = gramOf(randomRows(4, 3), 3);
    test::expectError(ErrorCode::InvalidArgument, {"1 to 4", "5"},
                      [&] { static_cast<void>(principalComponents(gram, 5)); });
    auto broken = gram;
    broken.values[3] = std::numeric_limits<double>::quiet_NaN();
    test::expectError(ErrorCode::InvalidArgument, {"NaN"}, [&] { static_cast<void>(principalComponents(broken, 2)); });
    test::expectError(ErrorCode::InvalidArgument, {"whole number of rows"},
                      [] { static_cast<void>(gramOf(std::vector<double>(7), 3)); });
    test::expectError(ErrorCode::InvalidArgument, {"no row 9"}, [&] {
        static_cast<void>(ofRows(gram, std::vector<std::size_t>{1, 9}));
    });
}

TEST(GramMatrix, OfSomeRowsCentredAnewIsThatOfTheirData) {
    const auto data = randomRows(6, 4);
    const std::vector<std::size_t> chosen{4, 1, 2};
    std::vector<double> part;
    for (const auto row : chosen) {
        const auto first = data.begin() + static_cast<std::ptrdiff_t>(row * 4);
        part.insert(part.end(), first, first + 4);
    }
    const auto expected = centred(gramOf(part, 4));
    const auto found = centred(ofRows(centred(gramOf(data, 4)), chosen));
    for (std::size_t i = 0; i < expected.values.size(); ++i) {
        EXPECT_NEAR(found.values[i], expected.values[i], 1e-13);
    }
    EXPECT_NEAR(totalVariation(found), totalVariation(gramOf(part, 4)), 1e-13);
}

}  // namespace
}  // namespace lamscope
