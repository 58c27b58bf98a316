// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/rain_pool.h"

#include <cstddef>

#include <fmt/format.h>

namespace lamscope {

namespace {

constexpr double half = 0.5;

}  // namespace

RainPool::RainPool(const RainRange& range, int layers, int side, std::uint64_t seed)
    : mirrors_(range.angle.low == -range.angle.high) {
    for (int i = 0; i < layers; ++i) {
        const auto name = fmt::format("layer-{}", i);
        layers_.push_back(rainLayer(side, side, drawnRain(range, seed, name), rainNoise(seed, name)));
    }
}

RainLayer RainPool::part(int width, int height, const PortableRandom& random) const {
    const auto below = [&](std::uint64_t k, int count) { return static_cast<int>(random.uniform(k) * count); };
    const auto& layer = layers_[static_cast<std::size_t>(below(0, static_cast<int>(layers_.size())))];
    const int left = below(1, layer.width - width + 1);
    const int top = below(2, layer.height - height + 1);
    const bool turned = random.uniform(3) < half;
    const bool mirrored = mirrors_ && random.uniform(4) < half;
    RainLayer part{.width = width, .height = height, .levels = {}, .drops = 0};
    part.levels.reserve(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    for (int row = 0; row < height; ++row) {
        const int y = top + (turned ? height - 1 - row : row);
        for (int column = 0; column < width; ++column) {
            const int x = left + (turned != mirrored ? width - 1 - column : column);
            part.levels.push_back(layer.levels[static_cast<std::size_t>(y) * static_cast<std::size_t>(layer.width)
                                               + static_cast<std::size_t>(x)]);
        }
    }
    return part;
}

}  // namespace lamscope
