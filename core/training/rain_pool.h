// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "base/portable_random.h"
#include "image/rain.h"

namespace lamscope {

/// Layers of rain that training samples share. They are drawn once, because drawing a layer takes as long as a small
/// network takes to restore a sample. Thread-safe.
class RainPool {
public:
    /// Draws `layers` square layers of `side` pixels. Layer number i is that of an image called "layer-i": see
    /// drawnRain(), rainNoise(). Throws as rainLayer().
    RainPool(const RainRange& range, int layers, int side, std::uint64_t seed);

    /// The rain of a sample: a part of a layer, which is turned by half a turn or not, and mirrored left to right or
    /// not. It is not mirrored where the range leans to one side more than to the other: mirrored streaks would lean as
    /// no streak of the range does.
    /// @param width, height  at most the side of the layers.
    /// @param random  its first five numbers choose.
    [[nodiscard]] RainLayer part(int width, int height, const PortableRandom& random) const;

private:
    bool mirrors_;
    std::vector<RainLayer> layers_;
};

}  // namespace lamscope
