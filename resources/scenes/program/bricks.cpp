// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <cstdint>

#include "drawings.h"
#include "noise.h"
#include "relief.h"

namespace lamscope::scenes {

namespace {

// Lengths are in centimetres, measured from the middle of a joint to the middle of the next.
constexpr double brickLength = 22.5;
constexpr double courseHeight = 7.5;
constexpr double joint = 1.1;

/// A place in a running bond: each course is shifted by half a brick against the course below.
struct Bond {
    std::int64_t course = 0;
    std::int64_t brick = 0;
    Vec2 in;  ///< from the brick's centre

    explicit Bond(Vec2 at)
        : course(static_cast<std::int64_t>(std::floor(at.y / courseHeight))) {
        const double shifted = at.x / brickLength + (course % 2 == 0 ? 0.0 : 0.5);
        brick = static_cast<std::int64_t>(std::floor(shifted));
        in = {(shifted - static_cast<double>(brick) - 0.5) * brickLength,
              at.y - (static_cast<double>(course) + 0.5) * courseHeight};
    }
};

class Bricks : public Relief {
public:
    Bricks()
        : Relief(-0.9, 0.35, 0.12,
                 {.sun = {-0.66, 0.70, 0.33},
                  .sunlight = {1.75, 1.50, 1.16},
                  .sunSize = 0.02,
                  .skylight = {0.20, 0.24, 0.31},
                  .reflected = 0.3}) {}

private:
    /// How far a place lies inside its brick; negative in the joints. The outlines of the bricks are a little worn.
    [[nodiscard]] static double inside(const Bond& bond, Vec2 at) {
        const double wear = 0.25 * gradientNoise(at * 0.7, 51);
        const Vec2 free{(brickLength - joint) / 2.0 - std::abs(bond.in.x),
                        (courseHeight - joint) / 2.0 - std::abs(bond.in.y)};
        return std::min(free.x, free.y) + wear;
    }

    [[nodiscard]] double height(Vec2 at) const override {
        const Bond bond(at);
        const double edge = smoothStep(-0.1, 0.45, inside(bond, at));
        const double set = 0.16 * (uniform(bond.brick, bond.course, 53) - 0.5)
                           + (uniform(bond.brick, bond.course, 54) - 0.5) * 0.02 * bond.in.x;
        const double dents = 0.13 * gradientNoise(at * 0.5, 55);
        const double face = std::clamp(set, -0.2, 0.2);
        return dents - 0.75 + (face + 0.75) * edge;
    }

    [[nodiscard]] Material material(Vec3 at) const override {
        const Vec2 place{at.x, at.y};
        const Bond bond(place);
        const double grain = fractalNoise(place * 1.6, 4, 57);
        const double stains = fractalNoise(place * 0.035, 4, 58);
        const Vec2 bump{0.30 * fractalNoise(place * 3.1, 3, 59), 0.30 * fractalNoise(place * 3.1, 3, 60)};
        if (inside(bond, place) < 0.05) {
            return {.albedo = Rgb{0.66, 0.61, 0.53} * (1.0 + 0.20 * grain + 0.25 * stains), .gloss = 0.0, .bump = bump};
        }
        const double fired = uniform(bond.brick, bond.course, 61);
        const double hue = uniform(bond.brick, bond.course, 62);
        auto clay = mix({0.33, 0.115, 0.07}, {0.42, 0.21, 0.125}, hue) * (0.66 + 0.55 * fired);
        if (fired < 0.06) {  // overburnt
            clay = Rgb{0.13, 0.08, 0.075};
        }
        // Salts make pale patches, soot makes dark patches.
        const double bloom = smoothStep(0.25, 0.7, fractalNoise(place * 0.09, 4, 63));
        clay = mix(clay, {0.46, 0.39, 0.34}, 0.45 * bloom);
        return {.albedo = clay * (1.0 + 0.36 * grain + 0.40 * stains), .gloss = 0.0, .bump = bump};
    }
};

}  // namespace

Image drawBricks() {
    const Bricks wall;
    const Camera camera({0.0, 4.0, 112.0}, {112.0, 12.0, 0.0}, 1.02);
    return photograph(side, [&](const Sample& sample) { return wall.seen(camera, side, sample); },
                      {.exposure = 1.0, .vignette = 0.35, .grain = 0.007, .seed = 2});
}

}  // namespace lamscope::scenes
