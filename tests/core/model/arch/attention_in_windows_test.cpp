// SPDX-License-Identifier: GPL-3.0-or-later
// Attention in windows against softmax(q·kᵀ/√d + bias + mask)·v as it is written, window by window and head by head.
#include "model/arch/attention_in_windows.h"

#include <cmath>
#include <string>
#include <vector>

#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>

#include "model/arch/window_attention.h"
#include "model/secant/secant_scope.h"
#include "runtime/torch_headers.h"

namespace lamscope::attention_in_windows_test {
namespace {

using torch::Tensor;

Tensor randomOf(at::IntArrayRef shape) {
    static auto numbers = [] {
        auto made = at::make_generator<at::CPUGeneratorImpl>();
        made.set_current_seed(11);
        return made;
    }();
    return at::randn(shape, numbers, torch::kFloat64);
}

struct Case {
    std::string name;
    Extent image;
    std::int64_t dimensions;
    std::vector<WindowedHeads> groups;

    [[nodiscard]] std::int64_t heads() const {
        std::int64_t sum = 0;
        for (const auto& group : groups) {
            sum += group.bias.size(0);
        }
        return sum;
    }
    [[nodiscard]] Tensor qkv(std::int64_t images = 2) const {
        return randomOf({images, image.rows, image.columns, 3 * heads() * dimensions});
    }
};

WindowedHeads gridHeads(Extent image, Extent padded, Extent window, bool shifted, std::int64_t heads) {
    const auto offsets = (2 * window.rows - 1) * (2 * window.columns - 1);
    return WindowGrid(image, padded, window, torch::kCPU).heads(randomOf({offsets, heads}), shifted);
}

std::vector<Case> cases() {
    const Extent image{8, 12};
    const Extent odd{7, 9};
    const Extent large{18, 9};
    const Extent square{8, 8};
    const WindowedHeads overlapping{overlappingWindows(square, {4, 4}, {6, 6}, torch::kCPU), randomOf({2, 36, 16})};
    const WindowedHeads uneven{overlappingWindows(square, {4, 4}, {7, 7}, torch::kCPU), randomOf({2, 49, 16})};
    return {
        {"in_place", image, 5, {gridHeads(image, image, {4, 6}, false, 2)}},
        {"shifted", image, 5, {gridHeads(image, image, {4, 6}, true, 2)}},
        {"padded", odd, 3, {gridHeads(odd, image, {4, 6}, false, 2)}},
        {"padded_shifted", odd, 3, {gridHeads(odd, image, {4, 6}, true, 2)}},
        // More queries than are computed at a time.
        {"large_windows", large, 17, {gridHeads(large, large, {9, 9}, true, 1)}},
        {"one_pixel", {2, 3}, 4, {gridHeads({2, 3}, {2, 3}, {1, 1}, true, 2)}},
        {"overlapping", square, 6, {overlapping}},
        {"overlapping_unevenly", square, 6, {uneven}},
        {"two_groups", odd, 4, {gridHeads(odd, {8, 12}, {2, 4}, true, 2), gridHeads(odd, {8, 12}, {4, 2}, true, 1)}},
    };
}

/// Row `token` of [h·w, …]; zeros where there is none.
Tensor rowsOf(const Tensor& tokens, const Tensor& numbers) {
    std::vector<Tensor> rows;
    for (std::int64_t i = 0; i < numbers.size(0); ++i) {
        const auto number = numbers[i].item<std::int64_t>();
        rows.push_back(number < 0 ? at::zeros_like(tokens[0]) : tokens[number]);
    }
    return at::stack(rows);
}

Tensor asWritten(const Tensor& qkv, const Case& tested) {
    const auto d = tested.dimensions;
    const auto channels = tested.heads() * d;
    std::vector<Tensor> images;
    for (std::int64_t n = 0; n < qkv.size(0); ++n) {
        const auto tokens = qkv[n].reshape({-1, 3 * channels});
        std::vector<Tensor> ofHeads;
        for (const auto& [places, bias] : tested.groups) {
            for (std::int64_t h = 0; h < bias.size(0); ++h) {
                const auto first = static_cast<std::int64_t>(ofHeads.size()) * d;
                std::vector<Tensor> results(static_cast<std::size_t>(tokens.size(0)));
                for (std::int64_t w = 0; w < places.queries.size(0); ++w) {
                    const auto q = rowsOf(tokens.narrow(1, first, d), places.queries[w]);
                    const auto k = rowsOf(tokens.narrow(1, channels + first, d), places.keys[w]);
                    const auto v = rowsOf(tokens.narrow(1, 2 * channels + first, d), places.keys[w]);
                    auto scores = at::matmul(q, k.t()) / std::sqrt(static_cast<double>(d)) + bias[h].t();
                    if (places.queryAreas.defined()) {
                        const auto differ = places.queryAreas[w].unsqueeze(1) != places.keyAreas[w].unsqueeze(0);
                        scores = at::where(differ, scores - 100.0, scores);
                    }
                    const auto attended = at::matmul(at::softmax(scores, 1), v);
                    for (std::int64_t i = 0; i < attended.size(0); ++i) {
                        const auto number = places.queries[w][i].item<std::int64_t>();
                        if (number >= 0) {
                            results[static_cast<std::size_t>(number)] = attended[i];
                        }
                    }
                }
                ofHeads.push_back(at::stack(results));
            }
        }
        images.push_back(at::cat(ofHeads, 1).reshape({qkv.size(1), qkv.size(2), channels}));
    }
    return at::stack(images);
}

double furthest(const Tensor& found, const Tensor& expected) {
    return (found.to(torch::kFloat64) - expected).abs().max().item<double>() / expected.abs().max().item<double>();
}

class AttentionInWindows : public testing::TestWithParam<Case> {};

TEST_P(AttentionInWindows, IsWhatIsWritten) {
    const auto& tested = GetParam();
    const auto qkv = tested.qkv().requires_grad_(true);
    const auto expected = asWritten(qkv, tested);
    const auto weight = randomOf(expected.sizes());
    const auto expectedGradient = torch::autograd::grad({expected}, {qkv}, {weight}).front();
    for (const auto attend : {&attendInWindows, &attendByParts}) {
        const auto found = attend(qkv, tested.groups);
        EXPECT_LT(furthest(found, expected), 1e-13);
        EXPECT_LT(furthest(torch::autograd::grad({found}, {qkv}, {weight}).front(), expectedGradient), 1e-13);
    }
}

TEST_P(AttentionInWindows, IsWhatIsWrittenInFloat32) {
    auto tested = GetParam();
    const auto exact = tested.qkv().requires_grad_(true);
    const auto expected = asWritten(exact, tested);
    const auto weight = randomOf(expected.sizes());
    const auto expectedGradient = torch::autograd::grad({expected}, {exact}, {weight}).front();
    const auto qkv = exact.detach().to(torch::kFloat32).requires_grad_(true);
    for (auto& group : tested.groups) {
        group.bias = group.bias.to(torch::kFloat32);
    }
    const auto found = attendInWindows(qkv, tested.groups);
    EXPECT_LT(furthest(found, expected), 5e-6);
    const auto gradient = torch::autograd::grad({found}, {qkv}, {weight.to(torch::kFloat32)}).front();
    EXPECT_LT(furthest(gradient, expectedGradient), 5e-6);
}

TEST_P(AttentionInWindows, BiasesCanLearn) {
    auto tested = GetParam();
    const auto qkv = tested.qkv(1);
    auto& bias = tested.groups.front().bias;
    bias = bias.detach().clone().requires_grad_(true);
    const auto expected = asWritten(qkv, tested);
    const auto weight = randomOf(expected.sizes());
    const auto expectedGradient = torch::autograd::grad({expected}, {bias}, {weight}).front();
    const auto found = attendInWindows(qkv, tested.groups);
    const auto gradient = torch::autograd::grad({found}, {bias}, {weight}).front();
    EXPECT_TRUE(torch::allclose(gradient, expectedGradient, 1e-12, 1e-12));
}

/// Of the second of two slots: a cell from the first image to the second.
template <typename Attend>
Tensor gradientOverCell(const Attend& attend, const Tensor& ends, const std::vector<WindowedHeads>& groups,
                        const Tensor& weight) {
    const auto qkv = ends.clone().requires_grad_(true);
    SecantTape tape;
    const SecantScope scope(2, nullptr, tape);
    const auto result = attend(qkv, groups);
    return torch::autograd::grad({result[1]}, {qkv}, {weight}).front()[1];
}

TEST_P(AttentionInWindows, OverACellTheGradientTimesItsLengthIsTheDifference) {
    const auto& tested = GetParam();
    for (const double length : {3.0, 0.1, 1e-4}) {
        auto ends = tested.qkv(2);
        ends[1] = ends[0] + length * ends[1];
        const auto values = attendInWindows(ends, tested.groups);
        const auto weight = randomOf(values[0].sizes());
        const auto gradient = gradientOverCell(attendInWindows, ends, tested.groups, weight);
        const auto difference = weight * (values[1] - values[0]);
        EXPECT_NEAR((gradient * (ends[1] - ends[0])).sum().item<double>(), difference.sum().item<double>(),
                    1e-10 * difference.abs().sum().item<double>())
            << length;
        // Rule by rule, the same factors.
        EXPECT_LT(furthest(gradient, gradientOverCell(attendByParts, ends, tested.groups, weight)), 1e-10) << length;
    }
}

INSTANTIATE_TEST_SUITE_P(Windows, AttentionInWindows, testing::ValuesIn(cases()),
                         [](const auto& tested) { return tested.param.name; });

TEST(AttentionInWindowsOfImages, NaNsStayInTheirWindow) {
    const auto tested = cases().front();
    auto qkv = tested.qkv(1);
    qkv[0][0][0][0] = std::nan("");
    const auto result = attendInWindows(qkv, tested.groups)[0];
    EXPECT_TRUE(result[0][0].isnan().any().item<bool>());
    EXPECT_FALSE(result.narrow(0, 4, 4).isnan().any().item<bool>());
    EXPECT_FALSE(result.narrow(1, 6, 6).isnan().any().item<bool>());
}

}  // namespace
}  // namespace lamscope::attention_in_windows_test
