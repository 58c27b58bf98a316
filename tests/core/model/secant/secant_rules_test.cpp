// SPDX-License-Identifier: GPL-3.0-or-later
// The rule of every operation: exact over cells of any length, the ordinary derivative over cells of none, and the same
// for the slots of a batch. In float64.
#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "model/arch/local_average.h"
#include "model/arch/selective_scan.h"
#include "model/arch/window_attention.h"
#include "model/secant/secant_scope.h"
#include "runtime/torch_headers.h"

namespace lamscope {
namespace {

using torch::Tensor;

struct Operation {
    std::string name;
    std::function<Tensor(const Tensor& x)> apply;  // [n, 4, 6, 6] -> [n, …]
};

at::Generator generator() {
    auto made = at::make_generator<at::CPUGeneratorImpl>();
    made.set_current_seed(5);
    return made;
}

Tensor randomOf(at::IntArrayRef shape) {
    static auto numbers = generator();
    return at::randn(shape, numbers, torch::kFloat64);
}

Tensor constantOf(at::IntArrayRef shape, const Tensor& like) {
    auto numbers = generator();
    return at::randn(shape, numbers, torch::kFloat64).to(like.scalar_type());
}

std::vector<Operation> operations() {
    const auto tokens = [](const Tensor& x) { return x.flatten(2).transpose(1, 2); };  // [n, 36, 4]
    return {
        {"relu", [](const Tensor& x) { return at::relu(x); }},
        {"leaky_relu", [](const Tensor& x) { return at::leaky_relu(x, 0.2); }},
        {"prelu_one", [](const Tensor& x) { return at::prelu(x, constantOf({1}, x)); }},
        {"prelu_channels", [](const Tensor& x) { return at::prelu(x, constantOf({4}, x)); }},
        {"clamp_min", [](const Tensor& x) { return at::clamp_min(x, 0.3); }},
        {"sigmoid", [](const Tensor& x) { return at::sigmoid(x * 3.0); }},
        {"silu", [](const Tensor& x) { return at::silu(x); }},
        {"gelu", [](const Tensor& x) { return at::gelu(x); }},
        {"tanh", [](const Tensor& x) { return at::tanh(x); }},
        {"mish", [](const Tensor& x) { return at::mish(x * 3.0); }},
        {"square", [](const Tensor& x) { return x.square(); }},
        {"sqrt", [](const Tensor& x) { return (x.square() + 0.1).sqrt(); }},
        {"product", [](const Tensor& x) { return x * x.roll(1, 3); }},
        {"product_of_channels",
         [](const Tensor& x) {
             return x * at::sigmoid(x.mean({2, 3}, true));
         }},
        {"quotient", [](const Tensor& x) { return x / (x.roll(1, 2).square() + 0.5); }},
        {"matmul", [&](const Tensor& x) { return at::matmul(tokens(x), tokens(x.roll(1, 3)).transpose(1, 2)); }},
        {"matmul_by_constant",
         [](const Tensor& x) {
             return at::matmul(x, constantOf({6, 5}, x));
         }},
        {"softmax", [](const Tensor& x) { return at::softmax(x * 4.0, -1); }},
        {"attention",
         [&](const Tensor& x) {
             const auto heads = tokens(x).unsqueeze(1);
             return at::scaled_dot_product_attention(heads, heads.roll(1, 2), heads.roll(2, 2));
         }},
        {"attention_in_windows",
         [](const Tensor& x) {
             const WindowGrid grid({6, 6}, {3, 2}, torch::kCPU);
             const auto qkv = at::cat({x, x.roll(1, 3), x.roll(2, 3)}, 1).permute({0, 2, 3, 1});
             return attendInWindows(qkv, {grid.heads(constantOf({15, 2}, x), true)});
         }},
        {"selective_scan",
         [](const Tensor& x) {
             const auto row = at::cat({x, 0.4 * x.roll(1, 3)}, 3).flatten(2);  // longer than what is kept of the states
             const auto u = at::stack({row, row.flip(2)}, 1);
             const auto states = u.narrow(2, 1, 3);
             return selectiveScan({u, 2.0 * u.roll(1, 2), -constantOf({2, 4, 3}, x).exp(), states, states.roll(1, 2)});
         }},
        {"layer_norm",
         [](const Tensor& x) { return at::layer_norm(x, {6}, constantOf({6}, x), constantOf({6}, x), 1e-5); }},
        {"layer_norm_plain", [](const Tensor& x) { return at::layer_norm(x, {6}); }},
        {"group_norm",
         [](const Tensor& x) { return at::group_norm(x, 2, constantOf({4}, x), constantOf({4}, x), 1e-5); }},
        {"norm", [](const Tensor& x) { return at::linalg_vector_norm(x, 2, at::IntArrayRef{1}, true); }},
        {"local_average", [](const Tensor& x) { return averageAround(x, 3); }},
        {"choice", [](const Tensor& x) { return at::where(constantOf({6}, x) > 0, x, -x); }},
        {"max_pool",
         [](const Tensor& x) {
             return at::max_pool2d(x, {3, 3}, {2, 2});
         }},
        {"adaptive_max_pool",
         [](const Tensor& x) {
             return std::get<0>(at::adaptive_max_pool2d(x, {2, 3}));
         }},
        {"linear",
         [](const Tensor& x) {
             return at::pixel_shuffle(at::conv2d(x, constantOf({4, 4, 3, 3}, x), constantOf({4}, x), {1, 1}, {1, 1}),
                                      2);
         }},
    };
}

class SecantRule : public testing::TestWithParam<Operation> {};

struct Evaluated {
    Tensor x;
    Tensor y;
    SecantTape tape;
};

Evaluated evaluate(const Operation& operation, const Tensor& x, const SecantTape* left) {
    Evaluated result;
    result.x = x.clone().requires_grad_(true);
    const SecantScope scope(x.size(0), left, result.tape);
    result.y = operation.apply(result.x);
    return result;
}

Tensor gradientOf(const Evaluated& evaluated, const Tensor& weight) {
    return torch::autograd::grad({evaluated.y}, {evaluated.x}, {weight}).front();
}

TEST_P(SecantRule, TurnsTheDifferenceOfTheArgumentIntoThatOfTheResult) {
    for (const double length : {3.0, 0.5, 0.01, 1e-5}) {
        const auto a = randomOf({1, 4, 6, 6});
        const auto b = a + length * randomOf({1, 4, 6, 6});
        const auto left = evaluate(GetParam(), a, nullptr);
        const auto right = evaluate(GetParam(), b, &left.tape);
        const auto weight = randomOf(right.y.sizes());
        const double expected = (weight * (right.y - left.y)).sum().item<double>();
        const double found = (gradientOf(right, weight) * (b - a)).sum().item<double>();
        const double size = (weight * (right.y - left.y)).abs().sum().item<double>();
        EXPECT_NEAR(found, expected, 1e-9 * size) << "cell of length " << length;
    }
}

TEST_P(SecantRule, IsTheDerivativeOverACellOfNoLength) {
    const auto a = randomOf({1, 4, 6, 6});
    const auto left = evaluate(GetParam(), a, nullptr);
    const auto again = evaluate(GetParam(), a, &left.tape);
    const auto weight = randomOf(again.y.sizes());
    const auto x = a.clone().requires_grad_(true);
    const auto ordinary = torch::autograd::grad({GetParam().apply(x)}, {x}, {weight}).front();
    EXPECT_LT((gradientOf(again, weight) - ordinary).abs().max().item<double>(),
              1e-9 * ordinary.abs().max().item<double>());
}

TEST_P(SecantRule, HoldsForTheSlotsOfABatch) {
    const auto first = randomOf({1, 4, 6, 6});
    const auto batch = randomOf({3, 4, 6, 6});
    const auto left = evaluate(GetParam(), first, nullptr);
    const auto together = evaluate(GetParam(), batch, &left.tape);
    const auto weight = randomOf(together.y.sizes());
    const auto gradients = gradientOf(together, weight);
    auto before = left;
    for (std::int64_t slot = 0; slot < 3; ++slot) {
        const auto alone = evaluate(GetParam(), batch.narrow(0, slot, 1), &before.tape);
        const auto length = weight.size(0) / 3;
        const auto gradient = gradientOf(alone, weight.narrow(0, slot * length, length));
        EXPECT_LT((gradients[slot] - gradient[0]).abs().max().item<double>(),
                  1e-12 * gradient.abs().max().item<double>())
            << "slot " << slot;
        before = alone;
    }
}

TEST_P(SecantRule, IsTheSameInFloat32) {
    const auto a = randomOf({2, 4, 6, 6});
    const auto b = a + 0.3 * randomOf({2, 4, 6, 6});
    Tensor expected;
    for (const auto type : {torch::kFloat64, torch::kFloat32}) {
        const auto convert = [&](const Tensor& x) { return x.to(type); };
        const Operation converted{GetParam().name, GetParam().apply};
        const auto left = evaluate(converted, convert(a), nullptr);
        const auto right = evaluate(converted, convert(b), &left.tape);
        auto numbers = generator();
        const auto weight = at::randn(right.y.sizes(), numbers, torch::kFloat64);
        const auto gradient = gradientOf(right, convert(weight)).to(torch::kFloat64);
        if (!expected.defined()) {
            expected = gradient;
        }
        EXPECT_LT((gradient - expected).abs().max().item<double>(), 2e-5 * expected.abs().max().item<double>());
    }
}

INSTANTIATE_TEST_SUITE_P(Operations, SecantRule, testing::ValuesIn(operations()),
                         [](const auto& operation) { return operation.param.name; });

TEST(SecantGate, IsOpenForTheShareOfTheCellInWhichTheValueIsPositive) {
    const auto a = at::tensor({-1.0, -3.0, 2.0, -2.0, 0.0});
    const auto b = at::tensor({3.0, 1.0, 5.0, -1.0, 0.0});
    const Operation relu{"relu", [](const Tensor& x) { return at::relu(x); }};
    const auto left = evaluate(relu, a.unsqueeze(0), nullptr);
    const auto right = evaluate(relu, b.unsqueeze(0), &left.tape);
    const auto gradient = gradientOf(right, at::ones_like(right.y));
    const std::vector expected{0.75, 0.25, 1.0, 0.0, 0.0};
    for (std::int64_t i = 0; i < 5; ++i) {
        EXPECT_DOUBLE_EQ(gradient[0][i].item<double>(), expected[static_cast<std::size_t>(i)]);
    }
}

TEST(SecantPooling, SharesTheGradientBetweenTheWinners) {
    // Winner 2 with 5 over 4 at the left end, winner 1 with 7 over 4 at the right: 1 / (1 + 3) for the one of the left.
    const auto a = at::tensor({1.0, 4.0, 5.0, 0.0}, torch::kFloat64).view({1, 1, 2, 2});
    const auto b = at::tensor({1.0, 7.0, 4.0, 0.0}, torch::kFloat64).view({1, 1, 2, 2});
    const Operation pool{"pool", [](const Tensor& x) { return at::max_pool2d(x, {2, 2}); }};
    const auto left = evaluate(pool, a, nullptr);
    const auto right = evaluate(pool, b, &left.tape);
    const auto gradient = gradientOf(right, at::ones_like(right.y)).flatten();
    EXPECT_DOUBLE_EQ(gradient[2].item<double>(), 0.25);
    EXPECT_DOUBLE_EQ(gradient[1].item<double>(), 0.75);
}

TEST(SecantRoot, IsFiniteWhereBothEndsAreZero) {
    const Operation root{"root", [](const Tensor& x) { return x.sqrt(); }};
    const auto left = evaluate(root, at::zeros({1, 1}, torch::kFloat64), nullptr);
    const auto both = evaluate(root, at::zeros({1, 1}, torch::kFloat64), &left.tape);
    EXPECT_EQ(gradientOf(both, at::ones_like(both.y)).item<double>(), 0.0);
    const auto one = evaluate(root, at::full({1, 1}, 4.0, torch::kFloat64), &left.tape);
    EXPECT_DOUBLE_EQ(gradientOf(one, at::ones_like(one.y)).item<double>(), 0.5);
}

TEST(SecantScope, RefusesWhatHasNoRule) {
    SecantTape tape;
    const auto x = randomOf({1, 4}).requires_grad_(true);
    const SecantScope scope(1, nullptr, tape);
    try {
        static_cast<void>(at::tan(x));
        FAIL();
    } catch (const Error& error) {
        EXPECT_NE(std::string(error.what()).find("aten::tan"), std::string::npos) << error.what();
    }
    static_cast<void>(at::tan(x.detach()));  // does not depend on the path
}

TEST(SecantScope, RefusesWeightsThatDependOnThePath) {
    SecantTape tape;
    const auto x = randomOf({1, 4, 6, 6}).requires_grad_(true);
    const auto kernels = x.detach().narrow(2, 0, 3).narrow(3, 0, 3);
    const auto perChannel = x.detach().view({4, 36}).select(1, 0);
    const SecantScope scope(1, nullptr, tape);
    const auto ofX = [&](const Tensor& like) { return x.flatten().slice(0, 0, like.numel()).view(like.sizes()); };
    const std::vector<std::pair<std::string, std::function<void(bool)>>> operations{
        {"aten::conv2d", [&](bool own) { static_cast<void>(at::conv2d(x, own ? ofX(kernels) : kernels)); }},
        {"aten::linear",
         [&](bool own) {
             const auto matrix = at::ones({2, 6}, torch::kFloat64);
             static_cast<void>(at::linear(x, own ? ofX(matrix) : matrix));
         }},
        {"aten::prelu", [&](bool own) { static_cast<void>(at::prelu(x, own ? ofX(perChannel) : perChannel)); }},
        {"normalisation",
         [&](bool own) { static_cast<void>(at::group_norm(x, 2, own ? ofX(perChannel) : perChannel)); }}};
    for (const auto& [name, apply] : operations) {
        EXPECT_NO_THROW(apply(false)) << name;
        try {
            apply(true);
            FAIL() << name;
        } catch (const Error& error) {
            EXPECT_NE(std::string(error.what()).find(name), std::string::npos) << error.what();
        }
    }
}

TEST(SecantScope, EndsWithItsBlock) {
    SecantTape tape;
    const auto x = at::full({1}, 2.0, torch::kFloat64).requires_grad_(true);
    {
        const SecantScope scope(1, nullptr, tape);
        EXPECT_TRUE(secantScopeIsOpen());
    }
    EXPECT_FALSE(secantScopeIsOpen());
    EXPECT_DOUBLE_EQ(torch::autograd::grad({at::tanh(x)}, {x}).front().item<double>(),
                     1.0 - std::tanh(2.0) * std::tanh(2.0));
}

TEST(SecantScope, RefusesTheTapeOfAnotherEvaluation) {
    const Operation one{"one", [](const Tensor& x) { return at::relu(x); }};
    const Operation two{"two", [](const Tensor& x) { return at::sigmoid(at::relu(x)); }};
    const auto left = evaluate(one, randomOf({1, 4}), nullptr);
    EXPECT_THROW(static_cast<void>(evaluate(two, randomOf({1, 4}), &left.tape)), Error);
    EXPECT_THROW(static_cast<void>(evaluate(one, randomOf({1, 5}), &left.tape)), Error);
}

}  // namespace
}  // namespace lamscope
