// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/generalised_gaussian.h"

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

#include "support/expect_error.h"

namespace lamscope {
namespace {

TEST(GeneralisedGaussian, HasTheRatiosOfKnownShapes) {
    EXPECT_NEAR(shapeRatio(2.0), std::numbers::pi / 2.0, 1e-14);
    EXPECT_NEAR(shapeRatio(1.0), 2.0, 1e-14);
    EXPECT_NEAR(shapeRatio(0.2), 143.0 / 9.0, 1e-12);
    EXPECT_TRUE(std::isfinite(shapeRatio(0.05)));
    test::expectError(ErrorCode::InvalidArgument, {"above 0"}, [] { static_cast<void>(shapeRatio(0.0)); });
}

TEST(GeneralisedGaussian, FindsTheShapeOfARatio) {
    for (const double beta : {0.05, 0.08, 0.2, 0.647, 1.0, 2.0, 7.5, 50.0}) {
        const auto found = shapeOfRatio(shapeRatio(beta));
        ASSERT_TRUE(found.has_value()) << beta;
        EXPECT_NEAR(*found / beta, 1.0, 1e-9) << beta;
    }
}

TEST(GeneralisedGaussian, HasNoShapeOutsideTheFamily) {
    EXPECT_EQ(shapeOfRatio(1.0), std::nullopt) << "two values";
    EXPECT_EQ(shapeOfRatio(4.0 / 3.0), std::nullopt) << "uniform";
    EXPECT_EQ(shapeOfRatio(2.0 * shapeRatio(0.05)), std::nullopt);
    EXPECT_EQ(shapeOfRatio(std::numeric_limits<double>::quiet_NaN()), std::nullopt);
    EXPECT_EQ(shapeOfRatio(std::numeric_limits<double>::infinity()), std::nullopt);
}

TEST(GeneralisedGaussian, GridKnowsItsEdge) {
    EXPECT_TRUE(gridShapeOfRatio(20.0).atEdge);
    EXPECT_DOUBLE_EQ(gridShapeOfRatio(20.0).beta, 0.2);
    EXPECT_TRUE(gridShapeOfRatio(1.0).atEdge);
    EXPECT_NEAR(gridShapeOfRatio(1.0).beta, 9.999, 1e-12);
    EXPECT_FALSE(gridShapeOfRatio(2.0).atEdge);
    EXPECT_NEAR(gridShapeOfRatio(2.0).beta, 1.0, 1e-12);
}

TEST(GeneralisedGaussian, DensityIsThatOfTheNormalAndOfLaplacesDistribution) {
    const double normal = densityAt({1.5, 2.0}, 0.7);
    EXPECT_NEAR(normal, std::exp(-0.7 * 0.7 / (2.0 * 1.5 * 1.5)) / (1.5 * std::sqrt(2.0 * std::numbers::pi)), 1e-14);
    EXPECT_NEAR(densityAt({std::numbers::sqrt2, 1.0}, -0.7), std::exp(-0.7) / 2.0, 1e-14);
    EXPECT_NEAR(scaleOf({3.0, 2.0}), 3.0 * std::numbers::sqrt2, 1e-14);
}

TEST(GeneralisedGaussian, DivergenceIsNotNegativeAndZeroOnlyForEqualOnes) {
    for (const double beta1 : {0.2, 0.5, 1.0, 2.0, 8.0}) {
        for (const double beta2 : {0.2, 0.5, 1.0, 2.0, 8.0}) {
            for (const double sigma : {0.5, 1.0, 3.0}) {
                const double value = divergence({1.0, beta1}, {sigma, beta2});
                const bool equal = beta1 == beta2 && sigma == 1.0;
                EXPECT_EQ(value == 0.0, equal) << beta1 << ' ' << beta2 << ' ' << sigma << ' ' << value;
                EXPECT_GE(value, 0.0);
                EXPECT_NEAR(divergence({2.0, beta1}, {2.0 * sigma, beta2}), value, 1e-9 * (1.0 + value));
            }
        }
    }
    EXPECT_EQ(srgaIndex(0.0), 0.0);
    EXPECT_TRUE(std::isfinite(divergence({1.0, 0.2}, {1e-3, 8.0})));
    test::expectError(ErrorCode::InvalidArgument, {"above 0"}, [] {
        static_cast<void>(divergence({0.0, 1.0}, {1.0, 1.0}));
    });
}

TEST(TrimmedMoments, RemoveWhatLiesBeyondFiveDeviationsOnce) {
    std::vector<double> values;
    for (int i = 0; i < 200; ++i) {
        values.push_back(i % 2 == 0 ? 1.0 : -1.0);
    }
    values.push_back(100.0);
    const auto moments = trimmedMoments(values);
    EXPECT_EQ(moments.removed, 1U);
    EXPECT_EQ(moments.count, 200U);
    EXPECT_DOUBLE_EQ(moments.sigma, 1.0);
    EXPECT_DOUBLE_EQ(moments.mean, 0.0);
    EXPECT_DOUBLE_EQ(moments.ratio(), 1.0);
}

TEST(TrimmedMoments, KeepConstants) {
    const std::vector<double> values(7, 3.0);
    const auto moments = trimmedMoments(values);
    EXPECT_EQ(moments.removed, 0U);
    EXPECT_EQ(moments.sigma, 3.0);
    EXPECT_EQ(moments.meanAbsoluteCentred, 0.0);
    EXPECT_EQ(shapeOfRatio(moments.ratioCentred()), std::nullopt);
    test::expectError(ErrorCode::InvalidArgument, {"at least one"}, [] { static_cast<void>(trimmedMoments({})); });
}

}  // namespace
}  // namespace lamscope
