// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/kernel_density.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "base/error.h"

namespace lamscope {
namespace {

// SciPy 1.17: gaussian_kde(positions, weights=map.ravel()) evaluated at the positions, divided by the maximum.
constexpr int scipyWidth = 5;
constexpr int scipyHeight = 4;
constexpr std::array<double, 20> scipyMap{1, 0, 2, 0, 0, 0, 5, 1, 0, 3, 0, 0, 4, 1, 0, 2, 0, 0, 1, 1};
constexpr std::array<double, 20> scipyDensity{0.35854687403680874,
                                              0.5614672885502183,
                                              0.5333622806699188,
                                              0.343865170502521,
                                              0.21113704872610453,
                                              0.5325036466863757,
                                              1.0,
                                              0.9639341937093536,
                                              0.6693895106821498,
                                              0.5028526041808292,
                                              0.34729606753234515,
                                              0.7206627577525417,
                                              0.9268428807365028,
                                              0.7222691383257813,
                                              0.4148144854584488,
                                              0.30280645651102983,
                                              0.33045777578279945,
                                              0.4002140594936808,
                                              0.4243811928468778,
                                              0.2957775340925899};

TEST(KernelDensity, MatchesSciPy) {
    const auto direct = kernelDensityDirect(scipyMap, scipyWidth, scipyHeight);
    const auto fast = kernelDensity(scipyMap, scipyWidth, scipyHeight);
    ASSERT_EQ(fast.size(), scipyDensity.size());
    for (std::size_t i = 0; i < scipyDensity.size(); ++i) {
        EXPECT_NEAR(direct[i], scipyDensity.at(i), 1e-12);
        EXPECT_NEAR(fast[i], scipyDensity.at(i), 1e-12);
    }
}

TEST(KernelDensity, AgreesWithTheDirectSum) {
    std::mt19937 generator(20260101);
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    const std::array<std::array<int, 2>, 5> sizes{{{2, 2}, {17, 9}, {31, 32}, {48, 40}, {3, 50}}};
    for (const auto& [width, height] : sizes) {
        std::vector<double> map(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
        std::ranges::generate(map, [&] { return std::pow(uniform(generator), 12.0); });
        const auto direct = kernelDensityDirect(map, width, height);
        const auto fast = kernelDensity(map, width, height);
        double largest = 0.0;
        for (std::size_t i = 0; i < map.size(); ++i) {
            largest = std::max(largest, std::abs(fast[i] - direct[i]));
        }
        EXPECT_LT(largest, 1e-10) << width << "x" << height;
        EXPECT_EQ(std::ranges::max(fast), 1.0);
        EXPECT_GE(std::ranges::min(fast), 0.0);
    }
}

// Mass in two opposite corners: with wrap-around they would be neighbours and share their density.
TEST(KernelDensity, DoesNotWrapAround) {
    std::vector<double> map(1600, 0.0);
    for (const int i : {0, 1, 40, 39 * 40 + 38, 39 * 40 + 39, 38 * 40 + 39, 37 * 40 + 37}) {
        map[static_cast<std::size_t>(i)] = 1.0;
    }
    const auto direct = kernelDensityDirect(map, 40, 40);
    const auto fast = kernelDensity(map, 40, 40);
    for (std::size_t i = 0; i < map.size(); ++i) {
        ASSERT_NEAR(fast[i], direct[i], 1e-10);
    }
}

TEST(KernelDensity, DoesNotDependOnTheMapsScale) {
    std::vector<double> scaled(scipyMap.begin(), scipyMap.end());
    std::ranges::for_each(scaled, [](double& value) { value *= 1e-9; });
    const auto density = kernelDensity(scaled, scipyWidth, scipyHeight);
    for (std::size_t i = 0; i < density.size(); ++i) {
        EXPECT_NEAR(density[i], scipyDensity.at(i), 1e-12);
    }
}

TEST(KernelDensity, RefusesMapsWithoutADensity) {
    const auto expectRefused = [](const std::vector<double>& map, int width, int height) {
        for (const auto density : {kernelDensity, kernelDensityDirect}) {
            try {
                static_cast<void>(density(map, width, height));
                ADD_FAILURE() << "accepted";
            } catch (const Error& error) {
                EXPECT_EQ(error.code(), ErrorCode::InvalidArgument);
            }
        }
    };
    expectRefused({}, 0, 0);
    expectRefused(std::vector<double>(12, 0.0), 4, 3);
    expectRefused(std::vector<double>(12, 1.0), 3, 3);
    expectRefused(std::vector<double>(12, 1.0), 12, 1);
    expectRefused(std::vector<double>(12, 1.0), 1, 12);
    std::vector<double> map(12, 0.0);
    map[5] = 1.0;
    expectRefused(map, 4, 3);  // one pixel
    map[0] = 3.0;
    map[10] = 0.3;
    expectRefused(map, 4, 3);  // the diagonal (0,0), (1,1), (2,2)
    map[1] = -1.0;
    expectRefused(map, 4, 3);
    map[1] = std::numeric_limits<double>::quiet_NaN();
    expectRefused(map, 4, 3);
}

}  // namespace
}  // namespace lamscope
