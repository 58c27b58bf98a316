// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/probe/gradient_memory.h"

#include <array>
#include <vector>

#include <gtest/gtest.h>

#include "method/lam/lam_context.h"
#include "runtime/allocation_meter.h"
#include "runtime/process_memory.h"
#include "support/analytic_networks.h"
#include "support/expect_error.h"

namespace lamscope {
namespace {

/// Activations of a few layers: as much for each pixel.
torch::Tensor layersOf(const torch::Tensor& lr) {
    auto x = lr;
    for (int layer = 0; layer < 4; ++layer) {
        x = at::relu(x.repeat({1, 2, 1, 1}) - 0.1 * layer);
    }
    return x.narrow(1, 0, 3);
}

/// Every pixel attends to all others, `heads` times: tables of pixels × pixels numbers are kept.
test::FormulaNetwork::Formula allPairs(int heads) {
    return [heads](const torch::Tensor& lr) {
        const auto x = lr.flatten(2);
        auto sum = at::zeros_like(x);
        for (int head = 0; head < heads; ++head) {
            sum = sum + at::matmul(x, at::relu(at::matmul(x.transpose(1, 2), x) - 0.5 * head)) / x.size(2);
        }
        return sum.view(lr.sizes());
    };
}

double measuredBytes(const SrModel& model, std::int64_t height, std::int64_t width) {
    const auto& inside = model.implementation();
    const AllocationMeter meter;
    const auto input = inside.toInput(torch::full({1, 3, height, width}, 0.5)).requires_grad_(true);
    const auto value = inside.forward(input).sum();
    static_cast<void>(torch::autograd::grad({value}, {input}));
    return static_cast<double>(meter.peakBytes());
}

double estimatedBytes(const SrModel& model, std::int64_t pixels) {
    const auto& inside = model.implementation();
    return inside.gradientMemory().bytes(inside, /*ofCell=*/false, pixels).value();
}

TEST(GradientMemory, GrowsWithThePixelsOfLayers) {
    const auto model = test::makeModel(layersOf, 1);
    for (const auto& [height, width] : {std::pair{40, 60}, {96, 128}}) {
        const double measured = measuredBytes(model, height, width);
        EXPECT_NEAR(estimatedBytes(model, std::int64_t(height) * width), measured, 0.02 * measured);
    }
}

TEST(GradientMemory, GrowsWithTheSquareOfPixelsThatAttendToAllOthers) {
    const auto model = test::makeModel(allPairs(1), 1);
    for (const auto& [height, width] : {std::pair{40, 60}, {64, 72}}) {
        const double measured = measuredBytes(model, height, width);
        EXPECT_NEAR(estimatedBytes(model, std::int64_t(height) * width), measured, 0.02 * measured);
    }
}

TEST(GradientMemory, OfACellIncludesBothEnds) {
    const auto model = test::bicubicModel(2);
    const auto& inside = model.implementation();
    EXPECT_GE(inside.gradientMemory().bytes(inside, true, 10000).value(), estimatedBytes(model, 10000));
}

TEST(GradientMemory, IsNotKnownOfAFixedSize) {
    ModelCard card;
    card.fixedSize = {48, 48};
    const SrModel model(
        std::make_unique<SrModel::Implementation>(std::make_unique<test::FormulaNetwork>(layersOf), card, torch::kCPU));
    EXPECT_FALSE(model.implementation().gradientMemory().bytes(model.implementation(), false, 48 * 48));
}

TEST(GradientMemory, AMapThatDoesNotFitIsRefusedBeforeItIsBegun) {
    if (physicalMemory() > 30LL << 30) {
        GTEST_SKIP() << "the map would fit";
    }
    // 250² pixels, of which each pair takes 4 bytes in 2 tables.
    const auto model = test::makeModel(allPairs(2), 1);
    const auto lr = test::testImage(250, 250);
    LamOptions options;
    options.patch = {.x = 120, .y = 120, .size = 8};
    options.context = 0;
    options.rule = IntegrationRule::Midpoints;
    options.nodes = 9;
    test::expectError(ErrorCode::OutOfMemory, {"analytic", "250x250 input pixels", "GiB", "--context"}, [&] {
        static_cast<void>(prepare(model, lr, nullptr, makePlan(options), {0, 0, 250, 250}, std::array{options.patch}));
    });
}

TEST(GradientMemory, BoundsTheImagesOfABatch) {
    // As many tables of 64² × 64² numbers as fill a sixteenth of the memory for one image: with what the gradient takes
    // beside them, two images are beyond an eighth.
    const auto tables = static_cast<int>(physicalMemory() / 16 / (4LL << 24)) + 1;
    const auto lr = test::testImage(64, 64);
    LamOptions options;
    options.patch = {.x = 30, .y = 30, .size = 4};
    options.context = 0;
    options.rule = IntegrationRule::Midpoints;
    options.nodes = 5;
    const auto plan = makePlan(options);
    const Rect whole{0, 0, 64, 64};
    const auto imagesAtOnce = [&](const SrModel& model) {
        return prepare(model, lr, nullptr, plan, whole, std::array{options.patch})->nodesAtOnce(whole, plan);
    };
    EXPECT_EQ(imagesAtOnce(test::makeModel(layersOf, 1)), 4);
    EXPECT_EQ(imagesAtOnce(test::makeModel(allPairs(tables), 1)), 1);
}

}  // namespace
}  // namespace lamscope
