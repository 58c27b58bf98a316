// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/backgrounds.h"

#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "training/random.h"

namespace lamscope {

std::vector<std::size_t> chosenBackgrounds(std::size_t images, std::size_t count, std::uint64_t seed) {
    std::vector<std::size_t> chosen;
    std::vector<std::size_t> order(images);
    for (std::size_t round = 0; chosen.size() < count; ++round) {
        RandomNumbers random(seed, fmt::format("backgrounds/{}", round));
        std::iota(order.begin(), order.end(), std::size_t{0});
        for (std::size_t i = 0; i < images && chosen.size() < count; ++i) {
            std::swap(order[i], order[i + random.below(images - i)]);
            chosen.push_back(order[i]);
        }
    }
    return chosen;
}

Rect placeOfBackground(std::size_t index, int width, int height, int side, std::uint64_t seed) {
    RandomNumbers random(seed, fmt::format("background/{}", index));
    const auto place = [&](int length) {
        return static_cast<int>(random.below(static_cast<std::uint64_t>(length - side) + 1));
    };
    const int x = place(width);
    return {.x = x, .y = place(height), .width = side, .height = side};
}

}  // namespace lamscope
