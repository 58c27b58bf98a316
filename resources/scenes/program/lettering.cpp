// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "drawings.h"
#include "noise.h"
#include "relief.h"
#include "stroke_text.h"

namespace lamscope::scenes {

namespace {

// Lengths are in units of about a pixel of the picture, from the sign's centre; y points up.
constexpr Vec2 half{112.0, 92.0};  // the plate's half size
constexpr double plank = 38.0;
constexpr double plateHeight = 4.0;

/// The distance to a rectangle with round corners; negative inside.
double toRoundedRectangle(Vec2 at, Vec2 halfSize, double radius) {
    const Vec2 out{std::abs(at.x) - halfSize.x + radius, std::abs(at.y) - halfSize.y + radius};
    return length({std::max(out.x, 0.0), std::max(out.y, 0.0)}) + std::min(std::max(out.x, out.y), 0.0) - radius;
}

/// The distance to the nearest of the four screws that hold the plate.
double toScrew(Vec2 at) {
    return length({std::abs(at.x) - half.x + 14.0, std::abs(at.y) - half.y + 14.0});
}

/// An enamelled plate on a wall of weathered planks.
class Sign : public Relief {
public:
    Sign()
        : Relief(-3.0, 6.5, 0.7,
                 {.sun = {-0.48, 0.66, 0.58},
                  .sunlight = {1.02, 0.95, 0.82},
                  .sunSize = 0.03,
                  .skylight = {0.30, 0.34, 0.41},
                  .reflected = 0.4})
        , lines_{StrokeText("HARBOUR", {0.0, 54.0}, 29.0, 5.8, 0.34),
                 StrokeText("FERRY 1874", {0.0, 19.0}, 17.0, 3.4),
                 StrokeText("MIND THE WET STEPS", {0.0, -9.0}, 11.5, 2.1),
                 StrokeText("NO CROSSING WHEN LIGHTS FLASH", {0.0, -31.0}, 7.8, 1.35),
                 StrokeText("CHILDREN AND DOGS MUST BE HELD BY HAND", {0.0, -49.0}, 5.7, 1.0),
                 StrokeText("BY ORDER OF THE QUAY KEEPER - FINE 25 CROWNS", {0.0, -66.0}, 4.6, 0.8)} {}

private:
    [[nodiscard]] double height(Vec2 at) const override {
        const double edge = toRoundedRectangle(at, half, 12.0);
        if (edge < 0.0) {
            // The plate is pressed from sheet iron: slightly domed, with a rolled rim.
            const double dome = 1.5 * (1.0 - dot(at, at) / dot(half, half));
            const double rim = 0.7 * std::exp(-(edge + 3.0) * (edge + 3.0) / 4.0);
            const double screw = toScrew(at);
            const double head = screw < 4.0 ? 1.2 * std::sqrt(1.0 - screw * screw / 16.0) : 0.0;
            return plateHeight + dome + rim + head;
        }
        const double across = fraction(at.x / plank) * plank;
        const double gap = std::min(across, plank - across);
        return -2.8 * (1.0 - smoothStep(0.5, 2.6, gap));
    }

    [[nodiscard]] Material material(Vec3 at) const override {
        const Vec2 place{at.x, at.y};
        return toRoundedRectangle(place, half, 12.0) < 0.5 ? plate(place) : wood(place);
    }

    [[nodiscard]] static Material wood(Vec2 at) {
        const double board = std::floor(at.x / plank);
        // The grain runs along the planks and bends around a few knots.
        const double bend = 5.0 * gradientNoise({at.x * 0.03 + 7.1 * board, at.y * 0.012}, 131);
        const double rings = gradientNoise({(at.x + bend) * 0.34, at.y * 0.011 + 3.3 * board}, 132);
        const double fibre = fractalNoise({at.x * 1.1, at.y * 0.05}, 3, 133);
        const double tone = 0.85 + 0.3 * uniform(static_cast<std::int64_t>(board), 0, 134);
        const double weather = fractalNoise(at * 0.018, 4, 135);
        const auto paint = mix({0.10, 0.17, 0.16}, {0.17, 0.26, 0.24}, 0.5 + 0.5 * rings) * tone;
        const auto bare = mix({0.21, 0.17, 0.13}, {0.34, 0.29, 0.24}, 0.5 + 0.6 * rings);
        const double worn = smoothStep(0.12, 0.32, 0.6 * weather + 0.35 * rings + 0.25 * fibre);
        return {.albedo = mix(paint, bare, worn) * (1.0 + 0.35 * fibre + 0.25 * weather),
                .gloss = 0.0,
                .bump = {0.35 * fibre + 0.25 * rings, 0.0}};
    }

    [[nodiscard]] Material plate(Vec2 at) const {
        const double edge = toRoundedRectangle(at, half, 12.0);
        if (const double screw = toScrew(at); screw < 4.0) {
            const bool slot =
                std::abs(0.6 * at.x + 0.8 * at.y - std::floor((0.6 * at.x + 0.8 * at.y) / 4.0) * 4.0 - 2.0) < 0.5;
            return {.albedo = slot && screw < 3.0 ? Rgb{0.06, 0.05, 0.05} : Rgb{0.34, 0.29, 0.25},
                    .gloss = 0.1,
                    .bump = {}};
        }
        const double dirt = fractalNoise(at * 0.03, 5, 136);
        const double rain = fractalNoise({at.x * 0.12, at.y * 0.012}, 4, 137);
        // The enamel has flaked off at the rim and around the screws.
        const double risk = 0.62 * std::exp(edge / 5.0) + 0.75 * std::exp(-(toScrew(at) - 4.0) / 4.0);
        const double flaked = fractalNoise(at * 0.11, 5, 138) + risk;
        if (flaked > 0.74) {
            const double rusty = 0.5 + 0.5 * fractalNoise(at * 0.35, 4, 139);
            return {.albedo = mix({0.07, 0.035, 0.025}, {0.30, 0.12, 0.05}, rusty),
                    .gloss = 0.0,
                    .bump = {0.4 * fractalNoise(at * 0.4, 3, 140), 0.4 * fractalNoise(at * 0.4, 3, 141)}};
        }
        double ink = std::abs(edge + 8.0) - 1.1;
        for (const auto& line : lines_) {
            ink = std::min(ink, line.distance(at));
        }
        auto enamel = ink < 0.0 ? Rgb{0.018, 0.035, 0.13} : Rgb{0.78, 0.76, 0.69};
        enamel = enamel * (1.0 + 0.10 * dirt + 0.07 * rain);
        // Rust bleeds out of the flakes.
        const double bleeding = smoothStep(0.50, 0.74, flaked);
        enamel = mix(enamel, {0.36, 0.17, 0.07}, 0.55 * bleeding);
        return {.albedo = enamel,
                .gloss = 0.05,
                .bump = {0.015 * fractalNoise(at * 0.06, 3, 142), 0.015 * fractalNoise(at * 0.06, 3, 143)}};
    }

    std::array<StrokeText, 6> lines_;
};

}  // namespace

Image drawLettering() {
    const Sign sign;
    const Camera camera({-85.0, -40.0, 430.0}, {2.0, 1.0, 0.0}, 1.68);
    return photograph(side, [&](const Sample& sample) { return sign.seen(camera, side, sample); },
                      {.exposure = 0.95, .vignette = 0.35, .grain = 0.006, .seed = 5});
}

}  // namespace lamscope::scenes
