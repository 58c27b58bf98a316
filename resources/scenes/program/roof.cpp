// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <cstdint>

#include "drawings.h"
#include "noise.h"
#include "relief.h"

namespace lamscope::scenes {

namespace {

// Plain tiles with rounded tails, on the plane of the roof. Lengths are in centimetres; y points up to the ridge.
constexpr double tileWidth = 18.0;
constexpr double gauge = 15.0;  // from row to row
constexpr double thickness = 2.4;
constexpr double tail = 5.0;  // how far the round tail hangs below the tile's shoulders

/// The topmost tile at a place.
struct Tile {
    std::int64_t row = 0;
    std::int64_t column = 0;
    Vec2 in;  ///< x from the tile's axis; y up from the tile's tail at that x

    explicit Tile(Vec2 at) {
        const auto lowest = static_cast<std::int64_t>(std::floor(at.y / gauge));
        set(at, lowest + 1);
        if (in.y < 0.0) {
            set(at, lowest);
        }
    }

private:
    /// Sets the tile of a row. The tail of a tile is a half ellipse that reaches `tail` below the row's line.
    void set(Vec2 at, std::int64_t candidate) {
        row = candidate;
        const double crooked = 0.05 * gradientNoise({at.y * 0.01, static_cast<double>(row)}, 81);
        const double shifted = at.x / tileWidth + (row % 2 == 0 ? 0.0 : 0.5) + crooked;
        column = static_cast<std::int64_t>(std::floor(shifted));
        const double across = 2.0 * (shifted - static_cast<double>(column)) - 1.0;
        const double slipped = 1.2 * (uniform(column, row, 82) - 0.5);
        const double bottom =
            static_cast<double>(row) * gauge - tail * std::sqrt(std::max(0.0, 1.0 - across * across)) + slipped;
        in = {across * tileWidth / 2.0, at.y - bottom};
    }
};

class Roof : public Relief {
public:
    Roof()
        : Relief(-1.9, 3.3, 0.2,
                 {.sun = {-0.62, 0.64, 0.42},
                  .sunlight = {1.95, 1.70, 1.36},
                  .sunSize = 0.02,
                  .skylight = {0.20, 0.24, 0.31},
                  .reflected = 0.25}) {}

private:
    [[nodiscard]] double height(Vec2 at) const override {
        const Tile tile(at);
        const double gap = tileWidth / 2.0 - std::abs(tile.in.x);
        if (gap < 0.25) {
            return -1.2;
        }
        const double lift = 0.7 * uniform(tile.column, tile.row, 83);
        const double slope = 1.0 - tile.in.y / (2.0 * gauge);
        const double rounded = 0.5 * (1.0 - smoothStep(0.0, 0.6, std::min(tile.in.y, gap)));
        const double cambered = 0.4 * (1.0 - tile.in.x * tile.in.x * 4.0 / (tileWidth * tileWidth));
        return (thickness + lift) * slope - rounded + cambered - 0.6;
    }

    [[nodiscard]] Material material(Vec3 at) const override {
        const Vec2 place{at.x, at.y};
        const Tile tile(place);
        const double grain = fractalNoise(place * 1.1, 4, 84);
        const double patches = fractalNoise(place * 0.012, 4, 85);
        const auto light = Rgb{0.50, 0.235, 0.14};
        const auto dark = Rgb{0.22, 0.10, 0.075};
        auto clay = mix(dark, light, uniform(tile.column, tile.row, 86)) * (1.0 + 0.22 * grain + 0.2 * patches);
        // Moss sits in the shade along the tails, lichen in round spots.
        const double moss = smoothStep(0.15, 0.6, fractalNoise(place * 0.05, 5, 87) + 0.25 - 0.05 * tile.in.y);
        clay = mix(clay, Rgb{0.12, 0.14, 0.05} * (1.0 + 0.5 * grain), 0.75 * moss);
        const double lichen = smoothStep(0.34, 0.46, fractalNoise(place * 0.16, 4, 88));
        clay = mix(clay, Rgb{0.52, 0.52, 0.42} * (1.0 + 0.3 * grain), 0.6 * lichen);
        const Vec2 bump{0.25 * fractalNoise(place * 1.3, 3, 89), 0.25 * fractalNoise(place * 1.3, 3, 90)};
        return {.albedo = clay, .gloss = 0.0, .bump = bump};
    }
};

}  // namespace

Image drawRoof() {
    const Roof roof;
    const Camera camera({0.0, -46.0, 150.0}, {78.0, 66.0, 0.0}, 0.98);
    return photograph(side, [&](const Sample& sample) { return roof.seen(camera, side, sample); },
                      {.exposure = 1.0, .vignette = 0.30, .grain = 0.006, .seed = 3});
}

}  // namespace lamscope::scenes
