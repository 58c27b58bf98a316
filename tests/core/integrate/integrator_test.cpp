// SPDX-License-Identifier: GPL-3.0-or-later
#include "integrate/integrator.h"

#include <new>

#include <gtest/gtest.h>

#include "base/error.h"
#include "runtime/torch_headers.h"

namespace lamscope {
namespace {

/// Straight from 0 to two tensors of different shapes.
class StraightPath final : public Path {
public:
    [[nodiscard]] TensorList at(std::span<const double> alpha) const override {
        const auto a = torch::tensor(std::vector<double>(alpha.begin(), alpha.end()), torch::kFloat64);
        return {a.view({-1, 1}) * first, a.view({-1, 1, 1}) * second};
    }

    torch::Tensor first = torch::tensor({1.0, 2.0, 3.0}, torch::kFloat64);
    torch::Tensor second = torch::full({2, 2}, 0.5, torch::kFloat64);
};

/// Σ x², of which the end of StraightPath has 14 + 1.
class SumOfSquares : public Functional {
public:
    [[nodiscard]] TensorList prepare(const TensorList& points) const override {
        TensorList prepared;
        for (const auto& point : points) {
            prepared.push_back(point.clone());
        }
        return prepared;
    }
    [[nodiscard]] torch::Tensor operator()(const TensorList& points) const override {
        return points[0].square().sum(1) + points[1].square().sum(1).sum(1);
    }
};

constexpr double endValue = 15.0;

Nodes midpoints(int n) {
    return arcLengthMidpoints(ArcLength({0.0, 1.0}), n);
}

TEST(Integrator, MidpointRuleIsExactForAQuadratic) {
    const StraightPath path;
    const SumOfSquares squares;
    DirectGradients squaresGradients(path, squares);
    for (const int n : {1, 2, 7}) {
        const auto level = Integrator(path, squaresGradients, 3).integrate(midpoints(n), false);
        ASSERT_TRUE(level.has_value());
        EXPECT_NEAR(level->cumulative.back(), endValue, 1e-6);
        // Σ over each tensor separately, since ∂f/∂x·dx = 2x·dx integrates to x².
        EXPECT_NEAR(level->attribution[0][2].item<double>(), 9.0, 1e-6);
        EXPECT_NEAR(level->attribution[1].sum().item<double>(), 1.0, 1e-6);
    }
}

TEST(Integrator, RightEndpointsOvershootByOneOverN) {
    const StraightPath path;
    const SumOfSquares squares;
    DirectGradients squaresGradients(path, squares);
    for (const int n : {1, 5, 50}) {
        const auto level = Integrator(path, squaresGradients, 4).integrate(uniformRightEndpoints(n), false);
        EXPECT_NEAR(level->cumulative.back(), endValue * (1.0 + 1.0 / n), 1e-5);
    }
}

TEST(Integrator, ReportsValuesSpeedAndRunningSum) {
    const StraightPath path;
    const SumOfSquares squares;
    DirectGradients squaresGradients(path, squares);
    const auto level = Integrator(path, squaresGradients, 1).integrate(uniformRightEndpoints(2), false);
    EXPECT_NEAR(level->values[0], endValue / 4.0, 1e-6);
    EXPECT_NEAR(level->values[1], endValue, 1e-6);
    EXPECT_NEAR(level->speed[0], std::sqrt(endValue), 1e-6);  // straight: ‖end‖ everywhere
    EXPECT_NEAR(level->speed[1], std::sqrt(endValue), 1e-6);
    EXPECT_NEAR(level->cumulative[0], 2.0 * 0.5 * 0.5 * endValue, 1e-6);
}

/// Counts the points it is asked for, and can fail like an allocator.
class CountingFunctional final : public SumOfSquares {
public:
    [[nodiscard]] torch::Tensor operator()(const TensorList& points) const override {
        const auto batch = points[0].size(0);
        if (batch > mostAtOnce) {
            throw std::bad_alloc();
        }
        evaluated += batch;
        largest = std::max(largest, batch);
        return SumOfSquares::operator()(points);
    }

    std::int64_t mostAtOnce = 1000;
    mutable std::int64_t evaluated = 0;
    mutable std::int64_t largest = 0;
};

TEST(Integrator, TriplingReusesEveryGradientAndChangesNothing) {
    const StraightPath path;
    const CountingFunctional counting;
    DirectGradients countingGradients(path, counting);
    Integrator integrator(path, countingGradients, 4);
    static_cast<void>(integrator.integrate(midpoints(3), false));
    static_cast<void>(integrator.integrate(midpoints(9), true));
    const auto refined = integrator.integrate(midpoints(27), true);
    EXPECT_EQ(counting.evaluated, 27);
    const auto direct = Integrator(path, countingGradients, 4).integrate(midpoints(27), false);
    EXPECT_TRUE(torch::allclose(refined->attribution[0], direct->attribution[0], 1e-12));
    EXPECT_EQ(refined->values.size(), 27U);
    for (std::size_t k = 0; k < 27; ++k) {
        EXPECT_NEAR(refined->values[k], direct->values[k], 1e-12) << k;
    }
}

TEST(Integrator, HalvesTheBatchWhenMemoryRunsOutAndSaysSo) {
    const StraightPath path;
    CountingFunctional counting;
    DirectGradients countingGradients(path, counting);
    counting.mostAtOnce = 2;
    Integrator integrator(path, countingGradients, 8);
    const auto level = integrator.integrate(midpoints(9), false);
    ASSERT_TRUE(level.has_value());
    EXPECT_NEAR(level->cumulative.back(), endValue, 1e-6);
    EXPECT_EQ(counting.largest, 2);
    ASSERT_EQ(integrator.warnings().size(), 2U);
    EXPECT_NE(integrator.warnings()[0].find('8'), std::string::npos);
}

TEST(Integrator, OutOfMemoryForOnePointIsAnError) {
    const StraightPath path;
    CountingFunctional counting;
    DirectGradients countingGradients(path, counting);
    counting.mostAtOnce = 0;
    try {
        static_cast<void>(Integrator(path, countingGradients, 2).integrate(midpoints(3), false));
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::OutOfMemory);
    }
}

TEST(Integrator, StopsBetweenBatches) {
    const StraightPath path;
    const CountingFunctional counting;
    DirectGradients countingGradients(path, counting);
    std::stop_source source;
    const auto level = Integrator(path, countingGradients, 2)
                           .integrate(midpoints(9), false, source.get_token(), [&](std::int64_t done) {
                               if (done == 4) {
                                   source.request_stop();
                               }
                           });
    EXPECT_FALSE(level.has_value());
    EXPECT_EQ(counting.evaluated, 4);
}

TEST(Integrator, AStoppedLevelGoesOnWhereItWas) {
    const StraightPath path;
    const CountingFunctional counting;
    DirectGradients countingGradients(path, counting);
    Integrator integrator(path, countingGradients, 2);
    std::int64_t done = 0;
    const auto count = [&](std::int64_t nodes) { done = nodes; };
    ASSERT_TRUE(integrator.integrate(midpoints(3), false, {}, count));
    for (const std::int64_t enough : {5, 7}) {
        std::stop_source source;
        const auto level = integrator.integrate(midpoints(9), true, source.get_token(), [&](std::int64_t nodes) {
            done = nodes;
            if (nodes >= enough) {
                source.request_stop();
            }
        });
        EXPECT_FALSE(level.has_value());
        EXPECT_EQ(counting.evaluated, enough);
    }
    const auto level = integrator.integrate(midpoints(9), true, {}, count);
    ASSERT_TRUE(level.has_value());
    EXPECT_EQ(counting.evaluated, 9);
    EXPECT_EQ(done, 9);
    EXPECT_NEAR(level->cumulative.back(), endValue, 1e-6);
    // And the next level finds all of them.
    ASSERT_TRUE(integrator.integrate(midpoints(27), true, {}, count));
    EXPECT_EQ(counting.evaluated, 27);
    EXPECT_EQ(done, 27);
}

/// √x at 0 has an infinite derivative.
class SquareRoots final : public SumOfSquares {
public:
    [[nodiscard]] torch::Tensor operator()(const TensorList& points) const override {
        return (points[0] - points[0].detach()).sqrt().sum(1) + points[1].sum(1).sum(1);
    }
};

TEST(Integrator, CountsNonfiniteGradientsAndTakesThemAsZero) {
    const StraightPath path;
    const SquareRoots roots;
    DirectGradients rootsGradients(path, roots);
    const auto level = Integrator(path, rootsGradients, 2).integrate(midpoints(3), false);
    EXPECT_EQ(level->nonfiniteGradients, 9);  // three elements at three nodes
    EXPECT_EQ(level->attribution[0].abs().sum().item<double>(), 0.0);
    EXPECT_NEAR(level->attribution[1].sum().item<double>(), 2.0, 1e-6);
}

}  // namespace
}  // namespace lamscope
