// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/initial_weights.h"

#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/expect_error.h"

namespace lamscope {
namespace {

using Fill = InitialTensor::Fill;

std::vector<float> filled(Fill fill, std::vector<std::int64_t> shape, double amount = 0.0, std::uint64_t seed = 1) {
    TrainingOptions options;
    options.seed = seed;
    options.tensors = {{.key = "t", .shape = std::move(shape), .fill = fill, .amount = amount, .values = {}}};
    return initialWeights(options).find("t")->values;
}

double variance(const std::vector<float>& values) {
    double sum = 0.0;
    for (const float value : values) {
        sum += static_cast<double>(value) * value;
    }
    return sum / static_cast<double>(values.size());
}

TEST(InitialWeights, UniformFillsItsIntervalEvenly) {
    const auto values = filled(Fill::Uniform, {100, 100}, 0.3);
    EXPECT_LE(std::ranges::max(values), 0.3F);
    EXPECT_GE(std::ranges::min(values), -0.3F);
    EXPECT_NEAR(variance(values), 0.3 * 0.3 / 3.0, 0.001);  // of the uniform distribution
}

TEST(InitialWeights, NormalIsCutAtTwoDeviations) {
    const auto values = filled(Fill::Normal, {100, 100}, 0.5);
    EXPECT_LE(std::ranges::max(values), 1.0F);
    EXPECT_GT(std::ranges::max(values), 0.95F);
    // 1 - 2·2φ(2)/(2Φ(2) - 1), the variance of the standard normal distribution cut at ±2.
    EXPECT_NEAR(variance(values), 0.25 * 0.7737, 0.01);
}

TEST(InitialWeights, DependOnSeedAndNameAlone) {
    TrainingOptions options;
    options.seed = 7;
    const InitialTensor a{.key = "a", .shape = {5}, .fill = Fill::Uniform, .amount = 1.0, .values = {}};
    InitialTensor b = a;
    b.key = "b";
    options.tensors = {a, b};
    const auto first = initialWeights(options);
    options.tensors = {b, a};
    const auto second = initialWeights(options);
    EXPECT_EQ(first.find("a")->values, second.find("a")->values);
    EXPECT_NE(first.find("a")->values, first.find("b")->values);
    options.seed = 8;
    EXPECT_NE(first.find("a")->values, initialWeights(options).find("a")->values);
}

TEST(InitialWeights, IdentityHasOnesInTheMiddleOfItsKernels) {
    const auto values = filled(Fill::Identity, {2, 2, 1, 3});
    EXPECT_THAT(values, testing::ElementsAre(0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0));
}

TEST(InitialWeights, WindowPositionsCountOffsetsAsTheTableDoes) {
    // Windows of 2x2: rows and columns differ by -1…1, three values an axis.
    EXPECT_THAT(filled(Fill::WindowPositions, {4, 4}),
                testing::ElementsAre(4, 3, 1, 0, 5, 4, 2, 1, 7, 6, 4, 3, 8, 7, 5, 4));
}

TEST(InitialWeights, WindowMasksPartWhatTheShiftBroughtTogether) {
    // An image of 4x4 in windows of 2x2, shifted by 1: the first window is whole, the last has four strangers.
    const auto values = filled(Fill::WindowMask, {4, 4, 4});
    constexpr std::size_t count = 16;
    for (std::size_t i = 0; i < count; ++i) {
        EXPECT_EQ(values[i], 0.0F);
        EXPECT_EQ(values[3 * count + i], i % 5 == 0 ? 0.0F : -100.0F);
    }
    // The second: its left column lies before the border, the right one came from the other side.
    EXPECT_THAT(std::vector<float>(values.begin() + 16, values.begin() + 20), testing::ElementsAre(0, -100, 0, -100));
}

TEST(InitialWeights, RefusesShapesThatDoNotSuit) {
    const auto refuses = [](Fill fill, std::vector<std::int64_t> shape) {
        test::expectError(ErrorCode::InvalidArgument, {"'t'"}, [&] { static_cast<void>(filled(fill, shape)); });
    };
    refuses(Fill::Identity, {2, 3, 1, 1});
    refuses(Fill::WindowPositions, {5, 5});
    refuses(Fill::WindowMask, {4, 4});
}

}  // namespace
}  // namespace lamscope
