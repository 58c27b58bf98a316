// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <cstdint>

#include "drawings.h"
#include "noise.h"
#include "relief.h"

namespace lamscope::scenes {

namespace {

// Lengths are in metres.
constexpr double pitch = 2.1;   // from window to window
constexpr double storey = 3.1;  // from floor to floor
constexpr double wallTop = 4.0 * storey;
constexpr double sky = -50.0;  // the height at places without a wall

/// A place in the bay that surrounds each window.
struct Bay {
    std::int64_t column = 0;
    std::int64_t row = 0;
    Vec2 in;  ///< from the window's centre

    explicit Bay(Vec2 at)
        : column(static_cast<std::int64_t>(std::floor(at.x / pitch)))
        , row(static_cast<std::int64_t>(std::floor(at.y / storey)))
        , in{at.x - (static_cast<double>(column) + 0.5) * pitch, at.y - (static_cast<double>(row) + 0.5) * storey} {}
};

constexpr Vec2 opening{0.58, 0.98};  // half the size of the hole in the wall

bool within(Vec2 at, Vec2 halfSize) {
    return std::abs(at.x) < halfSize.x && std::abs(at.y) < halfSize.y;
}

/// True if the place in an opening is wood: the frame, the bar in the middle or a glazing bar.
bool onFrame(Vec2 in) {
    const bool outer = std::abs(in.x) > opening.x - 0.07 || std::abs(in.y) > opening.y - 0.07;
    const bool transom = std::abs(in.y - 0.38) < 0.05;
    const bool middle = std::abs(in.x) < 0.05;
    const bool bars = std::abs(in.y + 0.10) < 0.02 || std::abs(in.y + 0.53) < 0.02;
    return outer || transom || middle || bars;
}

class Facade : public Relief {
public:
    Facade()
        : Relief(-0.26, 0.46, 0.012,
                 {.sun = {-0.42, 0.70, 0.58},
                  .sunlight = {1.42, 1.24, 1.0},
                  .sunSize = 0.012,
                  .skylight = {0.24, 0.30, 0.40},
                  .reflected = 0.35}) {}

private:
    [[nodiscard]] double height(Vec2 at) const override;
    [[nodiscard]] Material material(Vec3 at) const override;
    [[nodiscard]] Rgb surroundings(Vec3 direction) const override;
    [[nodiscard]] static Material glass(const Bay& bay);
};

double Facade::height(Vec2 at) const {
    if (at.y > wallTop) {
        return sky;
    }
    if (at.y > wallTop - 0.55) {  // the cornice has three steps; small blocks carry the lowest
        const double up = at.y - (wallTop - 0.55);
        const bool block = fraction(at.x / 0.35) < 0.5;
        return up > 0.38 ? 0.46 : (up > 0.2 ? 0.34 : (block ? 0.24 : 0.06));
    }
    const Bay bay(at);
    if (within(bay.in, opening)) {
        return onFrame(bay.in) ? -0.17 : -0.24;
    }
    if (within(bay.in - Vec2{0.0, -opening.y - 0.07}, {opening.x + 0.16, 0.07})) {
        return 0.17;  // sill
    }
    if (within(bay.in - Vec2{0.0, opening.y + 0.25}, {opening.x + 0.24, 0.06})) {
        return 0.20;  // hood
    }
    if (within(bay.in, opening + Vec2{0.14, 0.19})) {
        return 0.05;  // surround
    }
    if (std::abs(bay.in.y) > storey / 2.0 - 0.07) {
        return 0.10;  // the course between two storeys
    }
    const double joint = std::min(fraction(at.y / 0.31), fraction(-at.y / 0.31)) * 0.31;
    return joint < 0.02 ? -0.03 : 0.0;
}

Material Facade::glass(const Bay& bay) {
    const bool curtain = uniform(bay.column, bay.row, 5) < 0.45;
    const double drawn = 0.15 + 0.35 * uniform(bay.column, bay.row, 6);
    const double folds = 0.85 + 0.15 * std::sin(70.0 * bay.in.x + 3.0 * std::sin(5.0 * bay.in.y));
    const bool covered = curtain && std::abs(bay.in.x) > opening.x - drawn;
    // Panes hang at slightly different angles: each mirrors another part of the sky.
    const int pane = (bay.in.x > 0.0 ? 1 : 0) + (bay.in.y > 0.38 ? 2 : 0);
    const Vec2 tilt{uniform(bay.column, bay.row, 10U + static_cast<std::uint32_t>(pane)) - 0.5,
                    uniform(bay.column, bay.row, 20U + static_cast<std::uint32_t>(pane)) - 0.5};
    return {
        .albedo = covered ? Rgb{0.50, 0.47, 0.42} * folds : Rgb{0.035, 0.04, 0.05}, .gloss = 0.16, .bump = tilt * 0.05};
}

Material Facade::material(Vec3 at) const {
    const Bay bay({at.x, at.y});
    const Vec2 place{at.x, at.y};
    const double grime = fractalNoise(Vec2{at.x * 2.2, at.y * 0.7}, 5, 31);
    if (at.y < wallTop - 0.55 && at.z < -0.22 && within(bay.in, opening)) {
        return glass(bay);
    }
    if (at.y < wallTop - 0.55 && at.z < -0.15 && within(bay.in, opening)) {
        return {.albedo = Rgb{0.74, 0.73, 0.70} * (1.0 + 0.10 * grime), .gloss = 0.02, .bump = {}};
    }
    const double grain = fractalNoise(place * 14.0, 4, 32);
    const Vec2 bump{0.10 * fractalNoise(place * 22.0, 3, 33), 0.10 * fractalNoise(place * 22.0, 3, 34)};
    if (at.z > 0.03 || at.y > wallTop - 0.55) {  // dressed stone
        return {.albedo = Rgb{0.66, 0.62, 0.54} * (1.0 + 0.14 * grain + 0.24 * grime), .gloss = 0.0, .bump = bump};
    }
    // Rain leaves dark streaks below the ends of the sills.
    const double below = -opening.y - 0.14 - bay.in.y;
    const double streak = below > 0.0
                              ? std::exp(-3.0 * below) * smoothStep(0.15, 0.0, std::abs(std::abs(bay.in.x) - 0.7))
                                    * (0.6 + 0.5 * gradientNoise({at.x * 30.0, at.y}, 35))
                              : 0.0;
    const auto plaster = Rgb{0.56, 0.39, 0.27} * (1.0 + 0.16 * grain + 0.28 * grime);
    return {.albedo = plaster * (1.0 - 0.45 * std::clamp(streak, 0.0, 1.0)), .gloss = 0.0, .bump = bump};
}

Rgb Facade::surroundings(Vec3 direction) const {
    // The panes mirror the houses on the other side of the street, with the sky above the houses.
    const double across = direction.z > 0.0 ? direction.x / (direction.z + 0.05) : 100.0;
    const double roofs = 0.16 + 0.10 * gradientNoise({std::floor(across * 3.0) * 0.71, 0.5}, 41);
    if (direction.z > 0.0 && direction.y < roofs * std::sqrt(1.0 - direction.y * direction.y)) {
        const bool window = fraction(across * 6.0) < 0.4 && fraction(direction.y * 16.0) < 0.55;
        return window ? Rgb{0.05, 0.05, 0.06} : Rgb{0.22, 0.19, 0.16};
    }
    return cloudySky(direction);
}

}  // namespace

Image drawFacade() {
    const Facade wall;
    const Camera camera({-0.6, 5.2, 6.4}, {5.2, 7.05, 0.0}, 0.72);
    return photograph(side, [&](const Sample& sample) { return wall.seen(camera, side, sample); },
                      {.exposure = 0.92, .vignette = 0.30, .grain = 0.006, .seed = 1});
}

}  // namespace lamscope::scenes
