// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/path_curve.h"

#include <gtest/gtest.h>

namespace lamscope {
namespace {

using Values = std::vector<double>;

LamResult resultAt(const Values& alpha) {
    LamResult result;
    result.curves.alpha = alpha;
    result.curves.detector = {3.0, 5.0};
    result.curves.cumulative = {0.5, 4.0};
    result.detectorBaseline = 2.0;
    result.detectorImage = 7.0;
    result.attributionSum = 4.5;
    return result;
}

TEST(PathCurve, BeginsWithTheBaselineAndEndsWithTheImage) {
    const auto result = resultAt({0.25, 0.75});
    EXPECT_EQ(detectorCurve(result).alpha, (Values{0.0, 0.25, 0.75, 1.0}));
    EXPECT_EQ(detectorCurve(result).values, (Values{2.0, 3.0, 5.0, 7.0}));
    EXPECT_EQ(cumulativeCurve(result).values, (Values{0.0, 0.5, 4.0, 4.5}));
}

TEST(PathCurve, NodeAtAnEndKeepsItsValue) {
    EXPECT_EQ(detectorCurve(resultAt({0.5, 1.0})).values, (Values{2.0, 3.0, 5.0}));
    EXPECT_EQ(detectorCurve(resultAt({0.0, 0.5})).values, (Values{3.0, 5.0, 7.0}));
}

TEST(PathCurve, DetectorKeepsTheImagesValueWhereThePathRests) {
    auto result = resultAt({0.25, 0.75});
    result.curves.restsFrom = 0.8;
    EXPECT_EQ(detectorCurve(result).alpha, (Values{0.0, 0.25, 0.75, 0.8, 1.0}));
    EXPECT_EQ(detectorCurve(result).values, (Values{2.0, 3.0, 5.0, 7.0, 7.0}));
    result.curves.restsFrom = 0.5;  // nodes after it know better
    EXPECT_EQ(detectorCurve(result).values, (Values{2.0, 3.0, 5.0, 7.0}));
}

TEST(PathCurve, WithoutNodesIsEmpty) {
    EXPECT_TRUE(withEnds({}, {}, 1.0, 2.0).alpha.empty());
}

}  // namespace
}  // namespace lamscope
