// SPDX-License-Identifier: GPL-3.0-or-later
// The selective scan against its recurrence, step by step as it is defined, in float64.
#include "model/arch/selective_scan.h"

#include <cmath>
#include <string>
#include <vector>

#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>

#include "runtime/torch_headers.h"

namespace lamscope {
namespace {

using torch::Tensor;

struct Sizes {
    std::int64_t images;
    std::int64_t sequences;
    std::int64_t channels;
    std::int64_t states;
    std::int64_t length;
};

/// `spread` is that of delta.
ScanArguments argumentsOf(const Sizes& sizes, double spread = 1.5) {
    auto numbers = at::make_generator<at::CPUGeneratorImpl>();
    numbers.set_current_seed(11);
    const auto& [n, k, d, s, l] = sizes;
    const auto randomOf = [&](at::IntArrayRef shape) { return at::randn(shape, numbers, torch::kFloat64); };
    return {.u = randomOf({n, k, d, l}),
            .delta = randomOf({n, k, d, l}) * spread - 1.0,
            .a = -(randomOf({k, d, s}) * 0.7).exp(),
            .b = randomOf({n, k, s, l}),
            .c = randomOf({n, k, s, l})};
}

std::vector<Tensor> listOf(const ScanArguments& x) {
    return {x.u, x.delta, x.a, x.b, x.c};
}

/// The definition.
Tensor recurrence(const ScanArguments& x) {
    const auto delta = at::log1p(x.delta.exp());
    auto state = at::zeros({x.u.size(0), x.u.size(1), x.u.size(2), x.a.size(2)}, x.u.options());
    std::vector<Tensor> results;
    for (std::int64_t t = 0; t < x.u.size(3); ++t) {
        const auto step = delta.select(3, t).unsqueeze(3);
        const auto inflow = step * x.u.select(3, t).unsqueeze(3) * x.b.select(3, t).unsqueeze(2);
        state = (step * x.a).exp() * state + inflow;
        results.push_back((state * x.c.select(3, t).unsqueeze(2)).sum(3));
    }
    return at::stack(results, 3);
}

void expectClose(const Tensor& actual, const Tensor& expected, const std::string& what) {
    ASSERT_EQ(actual.sizes(), expected.sizes()) << what;
    EXPECT_LT((actual - expected).abs().max().item<double>(), 1e-12 * (1.0 + expected.abs().max().item<double>()))
        << what;
}

class SelectiveScanOf : public testing::TestWithParam<Sizes> {};

TEST_P(SelectiveScanOf, IsTheRecurrence) {
    const auto arguments = argumentsOf(GetParam());
    expectClose(selectiveScan(arguments), recurrence(arguments), "values");
}

TEST_P(SelectiveScanOf, HasTheGradientsOfTheRecurrence) {
    const auto arguments = argumentsOf(GetParam());
    for (const auto& x : listOf(arguments)) {
        x.requires_grad_(true);
    }
    const auto expected = recurrence(arguments);
    const auto weight = at::sin(at::arange(expected.numel(), expected.options())).view(expected.sizes());
    const auto gradients = [&](const Tensor& y) {
        return torch::autograd::grad({y}, listOf(arguments), {weight.detach()});
    };
    const auto ofScan = gradients(selectiveScan(arguments));
    const auto ofRecurrence = gradients(expected);
    const std::vector<std::string> names{"u", "delta", "a", "b", "c"};
    for (std::size_t i = 0; i < names.size(); ++i) {
        expectClose(ofScan[i], ofRecurrence[i], names[i]);
    }
}

// States are kept every 64 steps.
INSTANTIATE_TEST_SUITE_P(Lengths, SelectiveScanOf,
                         testing::Values(Sizes{1, 1, 1, 1, 1}, Sizes{2, 3, 5, 4, 63}, Sizes{1, 4, 6, 3, 64},
                                         Sizes{3, 2, 4, 5, 65}, Sizes{2, 1, 3, 2, 200}),
                         [](const auto& sizes) { return std::to_string(sizes.param.length) + "Steps"; });

// A quotient of cumulative products would be 0/0 here: a state decays to nothing within a few steps.
TEST(SelectiveScan, IsFiniteWhereStatesDecayBeyondTheSmallestNumber) {
    auto arguments = argumentsOf({1, 1, 3, 2, 150}, 300.0);
    arguments.delta.requires_grad_(true);
    const auto y = selectiveScan(arguments);
    EXPECT_TRUE(y.isfinite().all().item<bool>());
    const auto gradient = torch::autograd::grad({y.sum()}, {arguments.delta}).front();
    EXPECT_TRUE(gradient.isfinite().all().item<bool>());
    EXPECT_GT(gradient.abs().max().item<double>(), 0.0);
}

TEST(SelectiveScan, KnowsTheGeometricSeries) {
    // Δ = 1, a = −ln 2, b = c = u = 1: h_t = h_{t−1}/2 + 1.
    const auto ones = at::ones({1, 1, 1, 4}, torch::kFloat64);
    const double oneBeforeSoftplus = std::log(std::exp(1.0) - 1.0);
    const auto y = selectiveScan({.u = ones,
                                  .delta = ones * oneBeforeSoftplus,
                                  .a = at::full({1, 1, 1}, -std::log(2.0), torch::kFloat64),
                                  .b = ones,
                                  .c = ones});
    const std::vector<double> expected{1.0, 1.5, 1.75, 1.875};
    for (std::int64_t t = 0; t < 4; ++t) {
        EXPECT_NEAR(y[0][0][0][t].item<double>(), expected[static_cast<std::size_t>(t)], 1e-12);
    }
}

}  // namespace
}  // namespace lamscope
