// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/dysample.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>

#include "model/secant/secant_scope.h"
#include "runtime/torch_headers.h"
#include "support/network_variants.h"

namespace lamscope::dysample_test {
namespace {

using torch::Tensor;

struct Sampled {
    Tensor values;  // [n, c, 5, 7]
    Tensor x;       // [n, 4, 6]
    Tensor y;
};

Sampled random(std::int64_t images, double length = 1.0) {
    static auto numbers = [] {
        auto made = at::make_generator<at::CPUGeneratorImpl>();
        made.set_current_seed(3);
        return made;
    }();
    const auto of = [&](at::IntArrayRef shape) { return length * at::randn(shape, numbers, torch::kFloat64); };
    return {of({images, 3, 5, 7}), of({images, 4, 6}) * 3.0, of({images, 4, 6}) * 2.0};
}

Sampled operator+(const Sampled& a, const Sampled& b) {
    return {a.values + b.values, a.x + b.x, a.y + b.y};
}

/// The value at one place from the four pixels around it.
double valueAt(const Tensor& image, double x, double y) {
    const auto width = static_cast<double>(image.size(1) - 1);
    const auto height = static_cast<double>(image.size(0) - 1);
    x = std::clamp(x, 0.0, width);
    y = std::clamp(y, 0.0, height);
    const auto left = std::min(std::floor(x), width - 1.0);
    const auto top = std::min(std::floor(y), height - 1.0);
    const auto pixel = [&](double row, double column) {
        return image[static_cast<std::int64_t>(row)][static_cast<std::int64_t>(column)].item<double>();
    };
    return (1.0 - (y - top)) * ((1.0 - (x - left)) * pixel(top, left) + (x - left) * pixel(top, left + 1.0))
           + (y - top) * ((1.0 - (x - left)) * pixel(top + 1.0, left) + (x - left) * pixel(top + 1.0, left + 1.0));
}

TEST(SampleBilinear, MixesTheFourPixelsAroundAPlace) {
    const auto [values, offsetX, offsetY] = random(2);
    const auto x = offsetX + 3.0;
    const auto y = offsetY + 2.0;
    const auto result = sampleBilinear(values, x, y);
    ASSERT_EQ(result.sizes(), (std::vector<std::int64_t>{2, 3, 4, 6}));
    for (std::int64_t image = 0; image < 2; ++image) {
        for (std::int64_t i = 0; i < 24; ++i) {
            const double expected =
                valueAt(values[image][1], x[image][i / 6][i % 6].item<double>(), y[image][i / 6][i % 6].item<double>());
            EXPECT_NEAR(result[image][1][i / 6][i % 6].item<double>(), expected, 1e-12);
        }
    }
}

struct Evaluated {
    Sampled at;
    Tensor y;
    SecantTape tape;
};

Evaluated evaluate(const Sampled& sampled, const SecantTape* left) {
    Evaluated result;
    result.at = {sampled.values.clone().requires_grad_(true), sampled.x.clone().requires_grad_(true),
                 sampled.y.clone().requires_grad_(true)};
    const SecantScope scope(sampled.values.size(0), left, result.tape);
    result.y = sampleBilinear(result.at.values, result.at.x, result.at.y);
    return result;
}

std::vector<Tensor> gradients(const Evaluated& evaluated, const Tensor& weight) {
    return torch::autograd::grad({evaluated.y}, {evaluated.at.values, evaluated.at.x, evaluated.at.y}, {weight});
}

Sampled inTheMiddle(const Sampled& offsets) {
    return {offsets.values, offsets.x + 3.0, offsets.y + 2.0};
}

TEST(SampleBilinear, TurnsTheDifferenceOfTheArgumentsIntoThatOfTheResult) {
    for (const double length : {2.0, 0.3, 0.01, 1e-6}) {
        const auto step = random(1, length);
        const auto a = inTheMiddle(random(1));
        const auto left = evaluate(a, nullptr);
        const auto right = evaluate(a + step, &left.tape);
        const auto weight = random(1).values.flatten().slice(0, 0, 72).reshape({1, 3, 4, 6});
        const auto through = gradients(right, weight);
        const auto found = (through[0] * step.values).sum() + (through[1] * step.x).sum() + (through[2] * step.y).sum();
        const auto change = weight * (right.y - left.y);
        EXPECT_NEAR(found.item<double>(), change.sum().item<double>(), 1e-9 * change.abs().sum().item<double>())
            << "cell of length " << length;
    }
}

/// A place that crosses a pixel within a cell that is shorter than the differences of float64 would bear.
TEST(SampleBilinear, ACrossedPixelCountsBothSlopesByLength) {
    const auto values = at::tensor({0.0, 1.0, 5.0}, torch::kFloat64).view({1, 1, 1, 3});
    const auto place = [](double x) { return at::full({1, 1, 1}, x, torch::kFloat64); };
    constexpr double tiny = 1e-12;
    const auto left = evaluate({values, place(1.0 - tiny), place(0.0)}, nullptr);
    const auto right = evaluate({values, place(1.0 + tiny), place(0.0)}, &left.tape);
    EXPECT_NEAR(gradients(right, at::ones_like(right.y))[1].item<double>(), 2.5, 1e-3);
}

TEST(SampleBilinear, HasItsDerivativeOverACellOfNoLength) {
    const auto a = inTheMiddle(random(1));
    const auto left = evaluate(a, nullptr);
    const auto again = evaluate(a, &left.tape);
    const auto weight = at::ones_like(again.y);
    Evaluated ordinary;
    ordinary.at = {a.values.clone().requires_grad_(true), a.x.clone().requires_grad_(true),
                   a.y.clone().requires_grad_(true)};
    ordinary.y = sampleBilinear(ordinary.at.values, ordinary.at.x, ordinary.at.y);
    const auto expected = gradients(ordinary, weight);
    const auto found = gradients(again, weight);
    for (std::size_t i = 0; i < expected.size(); ++i) {
        EXPECT_LE(test::distance(found[i], expected[i]), 1e-10 * expected[i].abs().max().item<double>()) << i;
    }
}

TEST(SampleBilinear, HoldsForTheSlotsOfABatch) {
    const auto first = evaluate(inTheMiddle(random(1)), nullptr);
    const auto batch = inTheMiddle(random(3));
    const auto together = evaluate(batch, &first.tape);
    const auto weight = random(3).values.narrow(2, 0, 4).narrow(3, 0, 6);
    const auto found = gradients(together, weight);
    SecantTape before = first.tape;
    for (std::int64_t slot = 0; slot < 3; ++slot) {
        const auto of = [&](const Tensor& tensor) { return tensor.narrow(0, slot, 1); };
        const auto alone = evaluate({of(batch.values), of(batch.x), of(batch.y)}, &before);
        const auto expected = gradients(alone, of(weight));
        for (std::size_t i = 0; i < expected.size(); ++i) {
            EXPECT_LE(test::distance(of(found[i]), expected[i]), 1e-12) << "slot " << slot;
        }
        before = alone.tape;
    }
}

}  // namespace
}  // namespace lamscope::dysample_test
