// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/image_paths.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/torch_headers.h"
#include "support/analytic_networks.h"

namespace lamscope {
namespace {

/// Euclidean distances between consecutive points, from the points themselves.
std::vector<double> distancesOfPoints(const ImagePath& path, const std::vector<double>& alpha) {
    std::vector<double> result;
    for (std::size_t i = 1; i < alpha.size(); ++i) {
        const std::vector ends{alpha[i - 1], alpha[i]};
        const auto points = path.at(ends).front();
        result.push_back((points[1] - points[0]).norm().item<double>());
    }
    return result;
}

class PathDistances : public testing::TestWithParam<LamOptions> {};

TEST_P(PathDistances, AreThoseOfThePathsImages) {
    const auto lr = test::testImage(37, 23);
    Image clean(37, 23);  // black: as far away as the path from black is long
    clean.at(1, 4, 5) = 0.75F;
    const auto path = makeImagePath(lr, GetParam(), clean);
    const std::vector<double> alpha{0.0, 0.003, 0.11, 0.5, 0.52, 0.97, 1.0};
    const std::vector<std::shared_ptr<const ImagePath>> views{path, path->cropped({5, 3, 9, 17}),
                                                              withKeptPoints(path, 1 << 20)};
    for (const auto& view : views) {
        const auto expected = distancesOfPoints(*view, alpha);
        const auto found = view->distances(alpha);
        ASSERT_EQ(found.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) {
            EXPECT_NEAR(found[i], expected[i], 1e-9 * expected.front() + 1e-9 * expected[i]) << i;
        }
    }
}

LamOptions along(PathKind path, double sigma, int kernel) {
    LamOptions options;
    options.path = path;
    options.sigma = sigma;
    options.kernel = kernel;
    return options;
}

INSTANTIATE_TEST_SUITE_P(AllPaths, PathDistances,
                         testing::Values(LamOptions{}, along(PathKind::Blur, 2.5, 21), along(PathKind::Blur, 9.0, 41),
                                         along(PathKind::Black, 1.2, 9), along(PathKind::BlurredLinear, 1.2, 9),
                                         along(PathKind::Rain, 1.2, 9)));

TEST(PathOfAFlatImage, HasNoLength) {
    Image flat(20, 16);
    for (auto& value : flat.values()) {
        value = 0.3F;
    }
    const std::vector<double> ends{0.0, 1.0};
    EXPECT_LT(makeImagePath(flat, {})->distances(ends).front(), 1e-9);
}

TEST(PathArcLength, IsTheSumOfAThousandSteps) {
    const auto path = makeImagePath(test::testImage(21, 18), {});
    double total = 0.0;
    constexpr int steps = 1000;
    auto previous = path->at(std::vector{0.0}).front();
    for (int i = 1; i <= steps; ++i) {
        const auto next = path->at(std::vector{static_cast<double>(i) / steps}).front();
        total += (next - previous).norm().item<double>();
        previous = next;
    }
    EXPECT_NEAR(measureArcLength(*path)->total(), total, 1e-9 * total);
}

TEST(KeptPath, GivesThePointsOfThePathInAnyOrder) {
    const auto path = makeImagePath(test::testImage(12, 9), {});
    const auto kept = withKeptPoints(path, 1 << 20);
    static_cast<void>(kept->at(std::vector{0.5}));
    const std::vector<double> alpha{0.25, 0.5, 0.75, 0.25};
    EXPECT_TRUE(torch::equal(kept->at(alpha).front(), path->at(alpha).front()));
    EXPECT_TRUE(torch::equal(kept->at(std::vector{0.75}).front(), path->at(std::vector{0.75}).front()));
}

}  // namespace
}  // namespace lamscope
