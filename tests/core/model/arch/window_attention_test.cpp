// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/window_attention.h"

#include <algorithm>
#include <utility>

#include <gtest/gtest.h>

#include "runtime/torch_headers.h"

namespace lamscope::window_attention_test {
namespace {

constexpr Extent image{8, 12};
constexpr Extent window{4, 6};
constexpr std::int64_t channels = 4;
constexpr std::int64_t heads = 2;

torch::Tensor valuesOfTwoImages() {
    return torch::arange(2 * image.area() * channels, torch::kFloat64)
        .reshape({2, image.rows, image.columns, channels})
        .sin();
}

/// Queries and keys zero: the scores are the biases alone.
torch::Tensor valuesAlone(const torch::Tensor& values) {
    return torch::cat({torch::zeros_like(values), torch::zeros_like(values), values}, 3);
}

WindowGrid grid() {
    return {image, window, torch::kCPU};
}

/// The row of the table for a query `rows` below and `columns` right of its key.
std::int64_t number(std::int64_t rows, std::int64_t columns) {
    return (rows + window.rows - 1) * (2 * window.columns - 1) + columns + window.columns - 1;
}

torch::Tensor zeroTable() {
    return torch::zeros({(2 * window.rows - 1) * (2 * window.columns - 1), heads}, torch::kFloat64);
}

torch::Tensor attend(const torch::Tensor& qkv, const torch::Tensor& table, bool shifted) {
    return attendInWindows(qkv, {grid().heads(table, shifted)});
}

TEST(WindowAttention, WindowsAreCutRowByRow) {
    const auto windows = grid().heads(zeroTable(), false).tokens.queries;
    ASSERT_EQ(windows.sizes(), torch::IntArrayRef({4, 24}));
    // The third window: the lower left one.
    const auto numbers = torch::arange(image.area(), torch::kLong).view({image.rows, image.columns});
    EXPECT_TRUE(torch::equal(windows[2], numbers.narrow(0, 4, 4).narrow(1, 0, 6).flatten()));
}

TEST(WindowAttention, EqualScoresAverageTheWindow) {
    const auto values = valuesOfTwoImages();
    const auto result = attend(valuesAlone(values), zeroTable(), false);
    ASSERT_EQ(result.sizes(), values.sizes());
    for (std::int64_t y = 0; y < image.rows; ++y) {
        for (std::int64_t x = 0; x < image.columns; ++x) {
            const auto own = values.narrow(1, y / window.rows * window.rows, window.rows)
                                 .narrow(2, x / window.columns * window.columns, window.columns);
            EXPECT_TRUE(torch::allclose(result.select(1, y).select(1, x), own.mean({1, 2}), 1e-12, 1e-12));
        }
    }
}

TEST(WindowAttention, ShiftedWindowsEndAtTheImagesBorder) {
    const auto values = valuesOfTwoImages();
    const auto result = attend(valuesAlone(values), zeroTable(), true);
    // Shifted by half a window, an axis of two windows is cut into a half, a whole and a half.
    const auto part = [](std::int64_t at, std::int64_t side, std::int64_t windowSide) {
        const auto begin = at < windowSide / 2 ? 0 : (at - windowSide / 2) / windowSide * windowSide + windowSide / 2;
        const auto end = at < windowSide / 2 ? windowSide / 2 : std::min(begin + windowSide, side);
        return std::pair(begin, end - begin);
    };
    for (std::int64_t y = 0; y < image.rows; ++y) {
        for (std::int64_t x = 0; x < image.columns; ++x) {
            const auto [top, height] = part(y, image.rows, window.rows);
            const auto [left, width] = part(x, image.columns, window.columns);
            const auto own = values.narrow(1, top, height).narrow(2, left, width);
            EXPECT_TRUE(torch::allclose(result.select(1, y).select(1, x), own.mean({1, 2}), 1e-12, 1e-12));
        }
    }
}

TEST(WindowAttention, TheTableIsOrderedByTheQuerysOffset) {
    const auto values = valuesOfTwoImages();
    auto table = zeroTable();
    table[number(1, -2)][0] = 1000.0;  // the first head looks one pixel up and two to the right,
    table[number(-3, 4)][1] = 1000.0;  // the second three down and four to the left
    const auto result = attend(valuesAlone(values), table, false);
    const auto half = channels / heads;
    const auto firstHead = [&](const torch::Tensor& x) { return x.narrow(3, 0, half); };
    const auto secondHead = [&](const torch::Tensor& x) { return x.narrow(3, half, half); };
    const auto at = [](const torch::Tensor& x, std::int64_t row, std::int64_t column) {
        return x.select(1, row).select(1, column);
    };
    // In the window that begins at (4, 6): within it the key exists for these queries.
    EXPECT_TRUE(torch::allclose(at(firstHead(result), 6, 7), at(firstHead(values), 5, 9), 1e-12, 1e-12));
    EXPECT_TRUE(torch::allclose(at(secondHead(result), 4, 11), at(secondHead(values), 7, 7), 1e-12, 1e-12));
}

}  // namespace
}  // namespace lamscope::window_attention_test
