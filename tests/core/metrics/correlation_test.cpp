// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/correlation.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"

namespace lamscope {
namespace {

TEST(PearsonCorrelation, OfLinearSeriesIsOne) {
    const std::vector<double> x{1.0, 2.0, 4.0, 8.0};
    const std::vector<double> up{5.0, 7.0, 11.0, 19.0};
    const std::vector<double> down{-1.0, -2.0, -4.0, -8.0};
    EXPECT_NEAR(pearsonCorrelation(x, up), 1.0, 1e-15);
    EXPECT_NEAR(pearsonCorrelation(x, down), -1.0, 1e-15);
}

// By hand: the deviations (-1, 0, 1) against (-1, 2, -1), and against (-1, 1, 0): 0 and 1 / sqrt(2 * 2).
TEST(PearsonCorrelation, OfSmallSeries) {
    const std::vector<double> x{1.0, 2.0, 3.0};
    EXPECT_NEAR(pearsonCorrelation(x, std::vector<double>{0.0, 3.0, 0.0}), 0.0, 1e-15);
    EXPECT_NEAR(pearsonCorrelation(x, std::vector<double>{0.0, 2.0, 1.0}), 0.5, 1e-15);
}

TEST(PearsonCorrelation, RefusesWhatHasNone) {
    const std::vector<double> x{1.0, 2.0, 3.0};
    EXPECT_THROW(static_cast<void>(pearsonCorrelation(x, std::vector<double>{1.0, 2.0})), Error);
    EXPECT_THROW(static_cast<void>(pearsonCorrelation(x, std::vector<double>(3, 0.1))), Error);
    EXPECT_THROW(static_cast<void>(pearsonCorrelation(x, std::vector<double>{1.0, std::nan(""), 2.0})), Error);
    EXPECT_THROW(static_cast<void>(pearsonCorrelation(std::vector<double>{}, std::vector<double>{})), Error);
}

}  // namespace
}  // namespace lamscope
