// SPDX-License-Identifier: GPL-3.0-or-later
#include "integrate/refinement.h"

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include <gtest/gtest.h>

#include "base/error.h"
#include "runtime/torch_headers.h"

namespace lamscope {
namespace refinement_test {

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

/// c·Σ x² for c = 1, 2, …, k: at the end of StraightPath c·(14 + 1). Counts what it is asked for and can fail like an
/// allocator.
class Squares : public GradientSource {
public:
    explicit Squares(const Path& path)
        : path_(path) {}

    [[nodiscard]] bool sample(std::span<const SamplePlace> places, std::span<const std::size_t> functionals,
                              const std::stop_token& stop, const Take& take) override {
        const auto batch = std::ssize(places);
        if (batch > mostAtOnce) {
            throw std::bad_alloc();
        }
        forwards += batch;
        largest = std::max(largest, batch);
        std::vector<double> alpha;
        std::ranges::transform(places, std::back_inserter(alpha), &SamplePlace::begin);
        TensorList points;
        for (const auto& point : path_.at(alpha)) {
            points.push_back(point.clone().requires_grad_(true));
        }
        for (const auto functional : functionals) {
            if (stop.stop_requested()) {
                return false;
            }
            take(functional, sampleGradients(static_cast<double>(functional + 1) * valueAt(points), points, true));
            backwards += batch;
        }
        return true;
    }

    std::int64_t mostAtOnce = 1000;
    std::int64_t forwards = 0;
    std::int64_t backwards = 0;
    std::int64_t largest = 0;

protected:
    [[nodiscard]] virtual torch::Tensor valueAt(const TensorList& points) const {
        return points[0].square().sum(1) + points[1].square().sum(1).sum(1);
    }

private:
    const Path& path_;
};

constexpr double endValue = 15.0;

Nodes midpoints(int n) {
    return arcLengthMidpoints(ArcLength({0.0, 1.0}), n);
}

Levels only(const Nodes& nodes) {
    return {.count = 1, .nodes = [nodes](std::size_t /*level*/) { return nodes; }};
}

/// 3, 9, 27, … midpoints.
Levels tripling(std::size_t count) {
    return {.count = count, .nodes = [](std::size_t level) {
                int n = 3;
                for (std::size_t i = 0; i < level; ++i) {
                    n *= 3;
                }
                return midpoints(n);
            }};
}

/// The one level of a refinement of one functional.
IntegralLevel integral(const Path& path, GradientSource& source, const Nodes& nodes, std::int64_t batch) {
    Refinement refinement(path, source, 1, batch, only(nodes));
    EXPECT_TRUE(refinement.next());
    EXPECT_TRUE(refinement.finished(0));
    return refinement.level(0);
}

TEST(Refinement, MidpointRuleIsExactForAQuadratic) {
    const StraightPath path;
    Squares squares(path);
    for (const int n : {1, 2, 7}) {
        const auto level = integral(path, squares, midpoints(n), 3);
        EXPECT_NEAR(level.cumulative.back(), endValue, 1e-6);
        // Σ over each tensor separately, since ∂f/∂x·dx = 2x·dx integrates to x².
        EXPECT_NEAR(level.attribution[0][2].item<double>(), 9.0, 1e-6);
        EXPECT_NEAR(level.attribution[1].sum().item<double>(), 1.0, 1e-6);
    }
}

TEST(Refinement, RightEndpointsOvershootByOneOverN) {
    const StraightPath path;
    Squares squares(path);
    for (const int n : {1, 5, 50}) {
        const auto level = integral(path, squares, uniformRightEndpoints(n), 4);
        EXPECT_NEAR(level.cumulative.back(), endValue * (1.0 + 1.0 / n), 1e-5);
    }
}

TEST(Refinement, ReportsValuesAndRunningSum) {
    const StraightPath path;
    Squares squares(path);
    const auto level = integral(path, squares, uniformRightEndpoints(2), 1);
    EXPECT_NEAR(level.values[0], endValue / 4.0, 1e-6);
    EXPECT_NEAR(level.values[1], endValue, 1e-6);
    EXPECT_NEAR(level.cumulative[0], 2.0 * 0.5 * 0.5 * endValue, 1e-6);
}

/// The gradient of Σ x² averaged over a cell is that at its middle.
class CellMeans final : public GradientSource {
public:
    explicit CellMeans(const Path& path)
        : path_(path) {}

    [[nodiscard]] bool sample(std::span<const SamplePlace> places, std::span<const std::size_t> functionals,
                              const std::stop_token& /*stop*/, const Take& take) override {
        std::vector<GradientSample> samples;
        for (const auto& place : places) {
            const std::array ends{place.begin, place.end};
            GradientSample sample;
            for (const auto& point : path_.at(ends)) {
                sample.gradient.push_back((point[0] + point[1]).to(torch::kFloat32));
            }
            samples.push_back(std::move(sample));
        }
        take(functionals.front(), std::move(samples));
        return true;
    }

private:
    const Path& path_;
};

TEST(Refinement, GradientsOfCellsAddUpAtAnyNumberOfCells) {
    const StraightPath path;
    for (const int n : {1, 2, 5}) {
        auto cells = uniformRightEndpoints(n);
        cells.cells = true;
        CellMeans means(path);
        EXPECT_NEAR(integral(path, means, cells, 2).cumulative.back(), endValue, 1e-5);
    }
}

TEST(Refinement, TriplingReusesEveryGradientAndChangesNothing) {
    const StraightPath path;
    Squares squares(path);
    Refinement refinement(path, squares, 1, 4, tripling(3));
    for (const std::int64_t evaluated : {3, 9, 27}) {
        EXPECT_FALSE(refinement.finished(0));
        ASSERT_TRUE(refinement.next());
        EXPECT_EQ(squares.forwards, evaluated);
        EXPECT_EQ(refinement.level(0).values.size(), static_cast<std::size_t>(evaluated));
    }
    EXPECT_TRUE(refinement.finished(0));
    const auto direct = integral(path, squares, midpoints(27), 4);
    EXPECT_TRUE(torch::allclose(refinement.level(0).attribution[0], direct.attribution[0], 1e-12));
    for (std::size_t k = 0; k < 27; ++k) {
        EXPECT_NEAR(refinement.level(0).values[k], direct.values[k], 1e-12) << k;
    }
}

/// As TriplingReusesEveryGradient…, without keeping one: sums alone pass from level to level.
TEST(Refinement, NestedLevelsAreThoseOfKeptGradients) {
    const StraightPath path;
    Squares squares(path);
    Squares kept(path);
    auto levels = tripling(4);
    levels.nested = true;
    Refinement refinement(path, squares, 1, 1, levels);
    Refinement other(path, kept, 1, 1, tripling(4));
    for (const std::int64_t evaluated : {3, 9, 27, 81}) {
        ASSERT_TRUE(refinement.next());
        ASSERT_TRUE(other.next());
        EXPECT_EQ(squares.forwards, evaluated);
        const auto& level = refinement.level(0);
        const auto& expected = other.level(0);
        EXPECT_TRUE(torch::allclose(level.attribution[0], expected.attribution[0], 1e-12, 1e-14));
        EXPECT_TRUE(torch::allclose(level.attribution[1], expected.attribution[1], 1e-12, 1e-14));
        EXPECT_EQ(level.values, expected.values);
        ASSERT_EQ(level.cumulative.size(), static_cast<std::size_t>(evaluated));
        for (std::size_t k = 0; k < level.cumulative.size(); ++k) {
            EXPECT_NEAR(level.cumulative[k], expected.cumulative[k], 1e-12) << k;
        }
    }
    EXPECT_TRUE(refinement.finished());
}

TEST(Refinement, NestedLevelsGoOnWhereTheyWereStopped) {
    const StraightPath path;
    Squares squares(path);
    auto levels = tripling(2);
    levels.nested = true;
    Refinement refinement(path, squares, 1, 1, levels);
    int calls = 0;
    while (!refinement.finished()) {
        std::stop_source one;
        static_cast<void>(refinement.next(one.get_token(), [&one](std::int64_t /*done*/) { one.request_stop(); }));
        ++calls;
    }
    EXPECT_EQ(calls, 9);
    EXPECT_EQ(squares.backwards, 9);
    const auto direct = integral(path, squares, midpoints(9), 4);
    EXPECT_TRUE(torch::allclose(refinement.level(0).attribution[0], direct.attribution[0], 1e-12));
}

TEST(Refinement, FunctionalsShareForwardPassesAndEndOnTheirOwn) {
    const StraightPath path;
    Squares squares(path);
    Refinement refinement(path, squares, 3, 2, tripling(2));
    ASSERT_TRUE(refinement.next());
    EXPECT_EQ(squares.forwards, 3);
    EXPECT_EQ(squares.backwards, 9);
    refinement.finish(1);
    ASSERT_TRUE(refinement.next());
    EXPECT_EQ(squares.forwards, 9);
    EXPECT_EQ(squares.backwards, 9 + 2 * 6);
    for (const std::size_t functional : {0U, 1U, 2U}) {
        EXPECT_TRUE(refinement.finished(functional));
        EXPECT_EQ(refinement.level(functional).nodes.size(), functional == 1 ? 3U : 9U);
        EXPECT_NEAR(refinement.level(functional).cumulative.back(), endValue * static_cast<double>(functional + 1),
                    1e-4);
    }
}

TEST(Refinement, LevelsOfTheirOwnAreEvaluatedOneFunctionalAfterTheOther) {
    const StraightPath path;
    Squares squares(path);
    auto levels = tripling(3);
    levels.firstOwn = 1;
    levels.ownNodes = [](std::size_t level, std::size_t functional) {
        return midpoints(static_cast<int>(4 * level + functional));
    };
    Refinement refinement(path, squares, 3, 2, levels);
    ASSERT_TRUE(refinement.next());
    EXPECT_EQ(squares.forwards, 3);
    EXPECT_EQ(squares.backwards, 9);
    // Stopped after each batch: the next call goes on where that one was.
    for (std::stop_source stop; !refinement.next(stop.get_token(), [&](std::int64_t) { stop.request_stop(); });) {
        stop = {};
    }
    EXPECT_EQ(refinement.level(0).nodes.size(), 4U);
    EXPECT_EQ(refinement.level(1).nodes.size(), 5U);
    EXPECT_EQ(refinement.level(2).nodes.size(), 6U);
    const auto before = squares.backwards;
    refinement.finish(1);
    ASSERT_TRUE(refinement.next());
    EXPECT_TRUE(refinement.finished());
    EXPECT_EQ(squares.backwards, before + 8 + 10 - 2);  // 0.25 and 0.75 are among 6 and 10 midpoints
    for (const std::size_t functional : {0U, 1U, 2U}) {
        EXPECT_EQ(refinement.level(functional).values.size(), (std::array{8U, 5U, 10U})[functional]);
        EXPECT_NEAR(refinement.level(functional).cumulative.back(), endValue * static_cast<double>(functional + 1),
                    1e-4);
    }
}

TEST(Refinement, HalvesTheBatchWhenMemoryRunsOutAndSaysSo) {
    const StraightPath path;
    Squares squares(path);
    squares.mostAtOnce = 2;
    Refinement refinement(path, squares, 1, 8, only(midpoints(9)));
    ASSERT_TRUE(refinement.next());
    EXPECT_NEAR(refinement.level(0).cumulative.back(), endValue, 1e-6);
    EXPECT_EQ(squares.largest, 2);
    ASSERT_EQ(refinement.warnings().size(), 2U);
    EXPECT_NE(refinement.warnings()[0].find('8'), std::string::npos);
}

TEST(Refinement, OutOfMemoryForOnePointIsAnError) {
    const StraightPath path;
    Squares squares(path);
    squares.mostAtOnce = 0;
    Refinement refinement(path, squares, 1, 2, only(midpoints(3)));
    try {
        static_cast<void>(refinement.next());
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::OutOfMemory);
    }
}

TEST(Refinement, StopsBetweenBatches) {
    const StraightPath path;
    Squares squares(path);
    std::stop_source source;
    Refinement refinement(path, squares, 1, 2, only(midpoints(9)));
    EXPECT_FALSE(refinement.next(source.get_token(), [&](std::int64_t done) {
        if (done == 4) {
            source.request_stop();
        }
    }));
    EXPECT_EQ(squares.backwards, 4);
}

// With two functionals a stop may come between them: what the first has is not evaluated again.
TEST(Refinement, AStoppedLevelGoesOnWhereItWas) {
    for (const std::size_t functionals : {1U, 2U}) {
        const StraightPath path;
        Squares squares(path);
        Refinement refinement(path, squares, functionals, 2, tripling(3));
        const auto all = static_cast<std::int64_t>(functionals);
        std::int64_t done = 0;
        const auto count = [&](std::int64_t gradients) { done = gradients; };
        ASSERT_TRUE(refinement.next({}, count));
        for (const std::int64_t enough : {3 * all + 2, 3 * all + 4}) {
            std::stop_source source;
            EXPECT_FALSE(refinement.next(source.get_token(), [&](std::int64_t gradients) {
                done = gradients;
                if (gradients >= enough) {
                    source.request_stop();
                }
            }));
            EXPECT_EQ(squares.backwards, enough);
        }
        ASSERT_TRUE(refinement.next({}, count));
        EXPECT_EQ(squares.backwards, 9 * all);
        EXPECT_EQ(done, 9 * all);
        EXPECT_NEAR(refinement.level(0).cumulative.back(), endValue, 1e-6);
        // And the next level finds all of them.
        ASSERT_TRUE(refinement.next({}, count));
        EXPECT_EQ(squares.backwards, 27 * all);
        EXPECT_EQ(done, 27 * all);
        EXPECT_NEAR(refinement.level(functionals - 1).cumulative.back(), endValue * static_cast<double>(functionals),
                    1e-4);
    }
}

/// √x at 0 has an infinite derivative.
class SquareRoots final : public Squares {
public:
    using Squares::Squares;

private:
    [[nodiscard]] torch::Tensor valueAt(const TensorList& points) const override {
        return (points[0] - points[0].detach()).sqrt().sum(1) + points[1].sum(1).sum(1);
    }
};

TEST(Refinement, CountsNonfiniteGradientsAndTakesThemAsZero) {
    const StraightPath path;
    SquareRoots roots(path);
    const auto level = integral(path, roots, midpoints(3), 2);
    EXPECT_EQ(level.nonfiniteGradients, 9);  // three elements at three nodes
    EXPECT_EQ(level.attribution[0].abs().sum().item<double>(), 0.0);
    EXPECT_NEAR(level.attribution[1].sum().item<double>(), 2.0, 1e-6);
}

/// Knows its increments without its points.
class PathThroughWeights final : public Path {
public:
    [[nodiscard]] TensorList at(std::span<const double> alpha) const override { return straight_.at(alpha); }
    [[nodiscard]] TensorList increment(double begin, double end) const override {
        ++increments;
        return {straight_.first * (end - begin), straight_.second * (end - begin)};
    }

    mutable int increments = 0;

private:
    StraightPath straight_;
};

TEST(Refinement, AsksThePathForIncrementsOncePerCell) {
    const PathThroughWeights path;
    Squares squares(path);
    Refinement refinement(path, squares, 2, 1, only(midpoints(5)));
    ASSERT_TRUE(refinement.next());
    EXPECT_EQ(path.increments, 5);
    EXPECT_NEAR(refinement.level(1).cumulative.back(), 2.0 * endValue, 1e-4);
}

}  // namespace refinement_test
}  // namespace lamscope
