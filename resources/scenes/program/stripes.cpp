// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <cmath>
#include <numbers>

#include "drawings.h"
#include "noise.h"
#include "relief.h"

namespace lamscope::scenes {

namespace {

// Lengths are in pixels of the picture, from its centre; y points up.

/// A part of the cloth with stripes of one width.
struct Band {
    double length = 0.0;
    double period = 1.0;
    Rgb dark;
};

constexpr Rgb navy{0.030, 0.045, 0.105};
constexpr Rgb rust{0.300, 0.060, 0.030};

// A picture of a quarter of the size can hold periods of 8 pixels and more. Three of the bands are finer.
constexpr std::array<Band, 7> bands{{{.length = 56.0, .period = 18.666, .dark = navy},
                                     {.length = 48.0, .period = 9.6, .dark = navy},
                                     {.length = 56.0, .period = 7.0, .dark = navy},
                                     {.length = 36.0, .period = 12.0, .dark = rust},
                                     {.length = 52.0, .period = 5.2, .dark = navy},
                                     {.length = 48.0, .period = 16.0, .dark = navy},
                                     {.length = 46.8, .period = 7.8, .dark = navy}}};

class Cloth : public Relief {
public:
    Cloth()
        : Relief(-19.0, 19.0, 1.5,
                 {.sun = {-0.74, 0.36, 0.50},
                  .sunlight = {1.30, 1.18, 1.0},
                  .sunSize = 0.12,
                  .skylight = {0.24, 0.27, 0.32},
                  .reflected = 0.45}) {}

private:
    [[nodiscard]] double height(Vec2 at) const override {
        // The folds hang down and wander a little; they are sharper where the cloth is pulled.
        const double wander = at.x * 0.016 + 0.55 * gradientNoise({at.y * 0.0045, 0.3}, 101) + at.y * 0.0016;
        const double wide = gradientNoise({wander, at.y * 0.0022}, 102);
        const double narrow = gradientNoise({wander * 2.7, at.y * 0.0035}, 103);
        return 14.0 * wide + 5.0 * narrow;
    }

    [[nodiscard]] Material material(Vec3 at) const override {
        // The cloth lies on its folds: raised parts were pulled along, so that the pattern bends with the folds.
        const Vec2 cloth{at.x + 0.4 * at.z, at.y + 0.6 * at.z + 1.2 * gradientNoise({at.x * 0.03, at.y * 0.03}, 104)};
        constexpr double angle = 28.0 * std::numbers::pi / 180.0;
        double along = cloth.x * std::sin(angle) - cloth.y * std::cos(angle) + 174.0;
        const Band* band = &bands.back();
        for (const auto& candidate : bands) {
            if (along < candidate.length) {
                band = &candidate;
                break;
            }
            along -= candidate.length;
        }
        const double dye = fraction(along / band->period) < 0.5 ? 0.96 : 0.03;
        const auto linen = Rgb{0.74, 0.70, 0.61};
        // Threads of uneven thickness cross each other, alternately above and below.
        const Vec2 thread = cloth * 0.42;
        const double over = std::sin(std::numbers::pi * thread.x) * std::sin(std::numbers::pi * thread.y);
        const double slubs =
            gradientNoise({cloth.x * 0.06, cloth.y * 0.8}, 105) + gradientNoise({cloth.x * 0.8, cloth.y * 0.06}, 106);
        const double texture = 1.0 + 0.09 * over + 0.10 * slubs + 0.05 * fractalNoise(cloth * 0.02, 3, 107);
        const Vec2 wrinkles{0.10 * fractalNoise(cloth * 0.07, 4, 108), 0.10 * fractalNoise(cloth * 0.07, 4, 109)};
        return {.albedo = mix(linen, band->dark, dye) * texture, .gloss = 0.0, .bump = wrinkles};
    }
};

}  // namespace

Image drawStripes() {
    const Cloth cloth;
    const Camera camera({0.0, 0.0, 640.0}, {0.0, 0.0, 0.0}, 2.5);
    return photograph(side, [&](const Sample& sample) { return cloth.seen(camera, side, sample); },
                      {.exposure = 1.0, .vignette = 0.35, .grain = 0.006, .seed = 4});
}

}  // namespace lamscope::scenes
