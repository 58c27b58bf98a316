// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/faithfulness/pixel_orders.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <string>

#include "base/portable_random.h"

namespace lamscope {

namespace {

/// Stable, so that ties stay in the order of their indices.
template <typename Key, typename Before>
std::vector<std::int32_t> sortedBy(const std::vector<Key>& keys, const Before& before) {
    std::vector<std::int32_t> order(keys.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, before, [&](std::int32_t index) { return keys[static_cast<std::size_t>(index)]; });
    return order;
}

}  // namespace

std::string_view toString(PixelOrder order) {
    switch (order) {
        case PixelOrder::Map:
            return "map";
        case PixelOrder::Radial:
            return "radial";
        case PixelOrder::Random:
            return "random";
    }
    return {};
}

std::vector<std::int32_t> orderByMap(std::span<const double> map) {
    return sortedBy(std::vector<double>(map.begin(), map.end()), std::greater<>());
}

std::vector<std::int32_t> orderByDistance(const Patch& patch, int scale, int width, int height) {
    // Distances in units of 1 / (2 · scale) LR pixel are whole numbers, so that equal ones are ties.
    const std::int64_t unit = 2 * std::int64_t{scale};
    const auto fromCentre = [&](int pixel, int corner) {
        return unit * pixel + scale - (2 * std::int64_t{corner} + patch.size);
    };
    std::vector<std::int64_t> squares;
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            const auto dx = fromCentre(x, patch.x);
            const auto dy = fromCentre(y, patch.y);
            squares.push_back(dx * dx + dy * dy);
        }
    }
    return sortedBy(squares, std::less<>());
}

std::vector<std::int32_t> randomPixelOrder(int number, std::size_t pixels) {
    const PortableRandom random("order/" + std::to_string(number));
    std::vector<std::uint32_t> keys;
    for (std::size_t k = 0; k < pixels; ++k) {
        keys.push_back(random.integer(k));
    }
    return sortedBy(keys, std::less<>());
}

std::vector<std::int64_t> stepCounts(std::int64_t pixels, int points) {
    const std::int64_t square = std::int64_t{points} * points;
    std::vector<std::int64_t> counts;
    for (std::int64_t j = 0; j <= points; ++j) {
        counts.push_back((2 * pixels * j * j + square) / (2 * square));
    }
    return counts;
}

}  // namespace lamscope
