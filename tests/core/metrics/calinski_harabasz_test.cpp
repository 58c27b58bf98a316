// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/calinski_harabasz.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <stop_token>
#include <vector>

#include <gtest/gtest.h>

#include "support/expect_error.h"
#include "support/portable_numbers.h"

namespace lamscope {
namespace {

constexpr std::size_t rowLength = 6;
const std::vector<int> threeClasses{0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2};

/// 12 rows of numbers, of which those of a class share a part.
std::vector<double> someRows() {
    std::vector<double> data;
    for (std::uint32_t n = 0; n < 12 * rowLength; ++n) {
        const auto label = static_cast<std::uint32_t>(threeClasses[n / rowLength]);
        data.push_back(test::portableNumber(1, n) + 0.8 * test::portableNumber(2 + label, n % rowLength));
    }
    return data;
}

double ratioOf(const std::vector<double>& data, const std::vector<int>& labels = threeClasses) {
    return calinskiHarabasz(gramOf(data, data.size() / labels.size()), labels);
}

TEST(CalinskiHarabasz, IsThatOfItsDefinition) {
    // Means -1 and 1 with deviations of d: tr B = 4, tr W = 4 d².
    EXPECT_NEAR(ratioOf({-1.5, -0.5, 0.5, 1.5}, {0, 0, 1, 1}), 8.0, 1e-12);
    EXPECT_NEAR(ratioOf({-1.1, -0.9, 0.9, 1.1}, {7, 7, -2, -2}), 200.0, 1e-9);
}

TEST(CalinskiHarabasz, DoesNotSeeShiftsScalesAndOrders) {
    const auto data = someRows();
    const double ratio = ratioOf(data);
    EXPECT_GT(ratio, 1.0);

    auto moved = data;
    for (std::size_t i = 0; i < moved.size(); ++i) {
        moved[i] = 3.0 * moved[i] + static_cast<double>(i % rowLength);
    }
    EXPECT_NEAR(ratioOf(moved), ratio, 1e-10 * ratio);
    EXPECT_NEAR(calinskiHarabasz(centred(gramOf(moved, rowLength)), threeClasses), ratio, 1e-10 * ratio);

    auto turned = data;  // in the plane of the first two columns
    for (std::size_t i = 0; i < turned.size(); i += rowLength) {
        turned[i] = 0.6 * data[i] - 0.8 * data[i + 1];
        turned[i + 1] = 0.8 * data[i] + 0.6 * data[i + 1];
    }
    EXPECT_NEAR(ratioOf(turned), ratio, 1e-10 * ratio);

    auto backwards = data;
    std::ranges::reverse(backwards);  // rows and columns
    auto labels = threeClasses;
    std::ranges::reverse(labels);
    EXPECT_NEAR(ratioOf(backwards, labels), ratio, 1e-10 * ratio);

    std::ranges::transform(labels, labels.begin(), [](int label) { return 10 - 3 * label; });
    EXPECT_NEAR(ratioOf(backwards, labels), ratio, 1e-10 * ratio);
}

TEST(CalinskiHarabasz, OfDoubledRowsChangesByTheirNumberAlone) {
    auto data = someRows();
    const double ratio = ratioOf(data);
    data.insert(data.end(), data.begin(), data.begin() + 12 * rowLength);
    auto labels = threeClasses;
    labels.insert(labels.end(), threeClasses.begin(), threeClasses.end());
    EXPECT_NEAR(ratioOf(data, labels), ratio * (24.0 - 3.0) / (12.0 - 3.0), 1e-10 * ratio);
}

TEST(CalinskiHarabasz, OfEqualClassesIsZero) {
    const auto data = someRows();
    std::vector<double> twice(data.begin(), data.begin() + 4 * rowLength);
    twice.insert(twice.end(), data.begin(), data.begin() + 4 * rowLength);
    EXPECT_NEAR(ratioOf(twice, {0, 0, 0, 0, 1, 1, 1, 1}), 0.0, 1e-12);
}

TEST(CalinskiHarabasz, WithoutSpreadInsideTheClassesIsNotANumber) {
    EXPECT_TRUE(std::isinf(ratioOf({0.3, 0.3, 0.7, 0.7}, {0, 0, 1, 1})));
    EXPECT_TRUE(std::isnan(ratioOf({0.3, 0.3, 0.3, 0.3}, {0, 0, 1, 1})));
}

TEST(CalinskiHarabasz, RefusesTooFewClassesAndPatches) {
    test::expectError(ErrorCode::InvalidArgument, {"at least two classes of two patches", "1 class"}, [] {
        static_cast<void>(ratioOf({1.0, 2.0, 3.0, 4.0}, {0, 0, 0, 0}));
    });
    test::expectError(ErrorCode::InvalidArgument, {"at least two classes of two patches", "single patch"}, [] {
        static_cast<void>(ratioOf({1.0, 2.0, 3.0, 4.0}, {0, 0, 0, 1}));
    });
    test::expectError(ErrorCode::InvalidArgument, {"3 labels", "4 rows"}, [] {
        static_cast<void>(calinskiHarabasz(gramOf(std::vector<double>{1.0, 2.0, 3.0, 4.0}, 1), std::vector{0, 0, 1}));
    });
}

TEST(ChanceLevel, CountsTheShufflesThatReachTheRatio) {
    // Of two and two values the six labellings make three partitions, all equally likely: 8, 0 and, of the outer and
    // the inner two, 0 as well.
    const auto gram = gramOf(std::vector<double>{-1.5, -0.5, 0.5, 1.5}, 1);
    const std::vector<int> labels{0, 0, 1, 1};
    constexpr int shuffles = 6000;
    const auto chance = chanceOfCalinskiHarabasz(gram, labels, {}, shuffles, 5);
    EXPECT_NEAR(chance.probability, 1.0 / 3.0, 0.02);
    const double second = ratioOf({-1.5, 0.5, -0.5, 1.5}, {0, 0, 1, 1});
    EXPECT_NEAR(chance.mean, (8.0 + second) / 3.0, 0.1);
    EXPECT_NEAR(chance.p95, 8.0, 1e-9);
    EXPECT_EQ(chanceOfCalinskiHarabasz(gram, labels, {}, shuffles, 5).mean, chance.mean);
}

TEST(ChanceLevel, StopsBetweenShuffles) {
    const auto gram = gramOf(std::vector<double>{-1.5, -0.5, 0.5, 1.5}, 1);
    std::stop_source source;
    source.request_stop();
    constexpr int endless = 2000000000;
    EXPECT_EQ(chanceOfCalinskiHarabasz(gram, std::vector{0, 0, 1, 1}, {}, endless, 5, source.get_token()).mean, 0.0);
}

TEST(ChanceLevel, OfSharedContentShufflesWithinIt) {
    // Two classes of the same two contents: all that differs is the content.
    const auto gram = gramOf(std::vector<double>{-1.0, 1.0, -1.01, 0.99}, 1);
    const std::vector<int> labels{0, 0, 1, 1};
    const auto free = chanceOfCalinskiHarabasz(gram, labels, {}, 999, 5);
    const auto within = chanceOfCalinskiHarabasz(gram, labels, std::vector{0, 1, 0, 1}, 999, 5);
    EXPECT_GT(free.mean, 100.0);
    EXPECT_LT(within.mean, 0.01);
    test::expectError(ErrorCode::InvalidArgument, {"3 groups"}, [&] {
        static_cast<void>(chanceOfCalinskiHarabasz(gram, labels, std::vector{0, 1, 0}, 9, 1));
    });
}

}  // namespace
}  // namespace lamscope
