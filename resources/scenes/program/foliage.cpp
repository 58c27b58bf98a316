// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <vector>

#include "drawings.h"
#include "noise.h"
#include "photograph.h"

namespace lamscope::scenes {

namespace {

constexpr double pi = std::numbers::pi;
// Lengths are in pixels from the top left corner; y points down. The sun stands at the top left.
constexpr Vec2 shadowStep{-1.6, -2.4};  // from a shaded place towards the sun, per frond above the place
constexpr int fronds = 17;

Vec2 turned(Vec2 direction, double angle) {
    return {direction.x * std::cos(angle) - direction.y * std::sin(angle),
            direction.x * std::sin(angle) + direction.y * std::cos(angle)};
}

/// A lens-shaped leaflet, or a piece of a stalk.
struct Leaflet {
    Vec2 base;
    Vec2 axis;  ///< from base to tip
    double width = 0.0;
    double tone = 0.0;  ///< in [0, 1)
    bool stalk = false;
};

/// Where a place lies on a leaflet.
struct LeafPlace {
    double along = 0.0;   ///< 0 at the base, 1 at the tip
    double across = 0.0;  ///< -1 and 1 at the margins
};

LeafPlace placeOn(const Leaflet& leaflet, Vec2 at) {
    const double squared = dot(leaflet.axis, leaflet.axis);
    const double along = dot(at - leaflet.base, leaflet.axis) / squared;
    const double offset = dot(at - leaflet.base, perpendicular(leaflet.axis)) / std::sqrt(squared);
    const double halfWidth = leaflet.stalk
                                 ? leaflet.width / 2.0
                                 : 2.0 * leaflet.width * std::sqrt(std::max(along, 0.0)) * (1.0 - along) * 0.65;
    return {along, halfWidth > 0.0 ? offset / halfWidth : 2.0};
}

/// One frond, twice branched, drawn into a picture of its own that is finer than the scene.
class Frond {
public:
    static constexpr int finer = 6;  ///< places of the frond's picture per scene pixel, along each axis
    static constexpr int extent = side * finer;

    explicit Frond(int number);

    /// The leaflet at a place; null if the frond does not cover the place.
    [[nodiscard]] const Leaflet* at(Vec2 place) const {
        const auto x = static_cast<int>(std::floor(place.x * finer));
        const auto y = static_cast<int>(std::floor(place.y * finer));
        if (x < 0 || y < 0 || x >= extent || y >= extent) {
            return nullptr;
        }
        const auto found = covered_[static_cast<std::size_t>(y) * extent + static_cast<std::size_t>(x)];
        return found == 0 ? nullptr : &leaflets_[found - 1U];
    }

    [[nodiscard]] double age() const { return age_; }

private:
    void grow(Vec2 base, Vec2 direction, double length, double bend);
    void growPinna(Vec2 base, Vec2 direction, double length, std::int64_t number);
    void add(const Leaflet& leaflet);

    std::uint32_t seed_;
    double age_;
    std::vector<Leaflet> leaflets_;
    std::vector<std::uint16_t> covered_;  ///< 1 + the leaflet's index, 0: none; a frond has about 3000 leaflets
};

Frond::Frond(int number)
    : seed_(200U + static_cast<std::uint32_t>(number))
    , age_(uniform(number, 1, 201))
    , covered_(static_cast<std::size_t>(extent) * extent) {
    // Fronds grow from a crown at the lower margin. The first fronds are the lowest and the longest.
    const double spread = fraction(number * 0.618034) - 0.5;
    const double angle = (-100.0 + 165.0 * spread + 14.0 * (uniform(number, 2, 201) - 0.5)) * pi / 180.0;
    const Vec2 crown{138.0 + 150.0 * (uniform(number, 3, 201) - 0.5), 262.0 + 40.0 * (uniform(number, 6, 201) - 0.5)};
    const double reach = 320.0 - 150.0 * number / fronds + 50.0 * uniform(number, 4, 201);
    grow(crown, {std::cos(angle), std::sin(angle)}, reach, 1.1 * spread + 0.5 * (uniform(number, 5, 201) - 0.5));
}

void Frond::grow(Vec2 base, Vec2 direction, double length, double bend) {
    constexpr int pairs = 24;
    auto at = base;
    for (int i = 0; i < pairs; ++i) {
        const double t = (i + 0.5) / pairs;
        // Leaflets become denser towards the tip, and the stalk bends more there.
        const auto step = turned(direction, bend * t * t) * (length / pairs * (1.25 - 0.5 * t));
        add({.base = at, .axis = step * 1.1, .width = 2.6 * (1.0 - 0.75 * t), .tone = 0.5, .stalk = true});
        const double pinna = 0.29 * length * std::min(1.0, 0.35 + 3.0 * t) * std::pow(1.0 - t, 0.75);
        for (const double hand : {-1.0, 1.0}) {
            const auto number = 2 * i + (hand > 0.0 ? 1 : 0);
            const double angle = hand * (1.15 - 0.45 * t + 0.16 * (uniform(number, 1, seed_) - 0.5));
            growPinna(at, turned(step * (1.0 / lamscope::scenes::length(step)), angle),
                      pinna * (0.9 + 0.2 * uniform(number, 2, seed_)), number);
        }
        at = at + step;
    }
}

void Frond::growPinna(Vec2 base, Vec2 direction, double length, std::int64_t number) {
    const int pairs = std::clamp(static_cast<int>(length / 3.0), 3, 24);
    const double bend = 0.3 * (uniform(number, 3, seed_) - 0.3);
    auto at = base;
    for (int i = 0; i < pairs; ++i) {
        const double t = (i + 0.5) / pairs;
        const auto step = turned(direction, bend * t) * (length / pairs);
        add({.base = at, .axis = step * 1.2, .width = 0.9 * (1.0 - 0.6 * t), .tone = 0.5, .stalk = true});
        const double size = std::max(1.6, 0.125 * length * std::pow(1.0 - t, 0.6));
        for (const double hand : {-1.0, 1.0}) {
            const double tone = uniform(number * 64 + i, hand > 0.0 ? 5 : 4, seed_);
            const auto axis = turned(step * (size * pairs / length), hand * (1.05 + 0.25 * (tone - 0.5)));
            add({.base = at, .axis = axis * (0.88 + 0.24 * tone), .width = 0.50 * size, .tone = tone});
        }
        at = at + step;
    }
}

void Frond::add(const Leaflet& leaflet) {
    leaflets_.push_back(leaflet);
    const auto tip = leaflet.base + leaflet.axis;
    const auto first = [](double a, double b, double margin) {
        return std::max(0, static_cast<int>((std::min(a, b) - margin) * finer));
    };
    const auto last = [](double a, double b, double margin) {
        return std::min(extent - 1, static_cast<int>((std::max(a, b) + margin) * finer));
    };
    const double margin = leaflet.width;
    for (int y = first(leaflet.base.y, tip.y, margin); y <= last(leaflet.base.y, tip.y, margin); ++y) {
        for (int x = first(leaflet.base.x, tip.x, margin); x <= last(leaflet.base.x, tip.x, margin); ++x) {
            const auto place = placeOn(leaflet, {(x + 0.5) / finer, (y + 0.5) / finer});
            if (place.along >= 0.0 && place.along <= 1.0 && std::abs(place.across) <= 1.0) {
                covered_[static_cast<std::size_t>(y) * extent + static_cast<std::size_t>(x)] =
                    static_cast<std::uint16_t>(leaflets_.size());
            }
        }
    }
}

class Thicket {
public:
    Thicket() {
        fronds_.reserve(fronds);
        for (int i = 0; i < fronds; ++i) {
            fronds_.emplace_back(i);
        }
    }

    [[nodiscard]] Rgb seen(const Sample& sample) const {
        for (std::size_t i = fronds_.size(); i-- > 0;) {
            if (const auto* leaflet = fronds_[i].at(sample.place); leaflet != nullptr) {
                return leafLight(*leaflet, i, sample);
            }
        }
        return ground(sample.place) * (0.08 + 0.72 * sunAt(sample, 0));
    }

private:
    /// The share of the sunlight that passes the fronds above. A leaf lets a tenth of the light through.
    [[nodiscard]] double sunAt(const Sample& sample, std::size_t above) const {
        double light = 1.0;
        for (std::size_t i = above; i < fronds_.size(); ++i) {
            const double layers = static_cast<double>(i - above) + 1.2;
            const Vec2 blur = (sample.light - Vec2{0.5, 0.5}) * (0.5 * layers);
            if (fronds_[i].at(sample.place + shadowStep * layers + blur) != nullptr) {
                light *= 0.22;
            }
        }
        return light;
    }

    [[nodiscard]] Rgb leafLight(const Leaflet& leaflet, std::size_t number, const Sample& sample) const {
        const auto place = placeOn(leaflet, sample.place);
        const auto along = leaflet.axis * (1.0 / length(leaflet.axis));
        const auto& frond = fronds_[number];
        // The two halves of a leaflet slope down from the rib, and the tip hangs.
        const Vec2 tilt = perpendicular(along) * (0.75 * place.across) + along * (0.7 * place.along - 0.15);
        const Vec3 normal = normalised({tilt.x, tilt.y, 1.0});
        const Vec3 sun = normalised({-0.52, -0.60, 0.62});
        const double direct = std::max(0.0, dot(normal, sun)) * sunAt(sample, number + 1);
        const double depth = static_cast<double>(number + 1) / fronds;
        const double open = 0.10 + 0.90 * depth * depth;  // little skylight reaches the lower fronds

        auto albedo = mix({0.045, 0.125, 0.025}, {0.17, 0.29, 0.05}, 0.55 * frond.age() + 0.45 * leaflet.tone);
        if (leaflet.stalk) {
            albedo = {0.20, 0.20, 0.07};
        } else {
            const double rib = smoothStep(0.22, 0.05, std::abs(place.across));
            const double veins = 0.5 + 0.5 * std::sin(place.along * 26.0 - std::abs(place.across) * 7.0);
            albedo = albedo * (1.0 + 0.35 * rib - 0.10 * veins);
            // Some tips have turned brown.
            const double dry = smoothStep(0.86, 1.02, leaflet.tone + 0.25 * fractalNoise(sample.place * 0.05, 3, 211));
            albedo = mix(albedo, {0.26, 0.16, 0.05}, 0.8 * dry * place.along);
        }
        const Vec3 halfway = normalised(sun + Vec3{0.0, 0.0, 1.0});
        const double shine = std::pow(std::max(0.0, dot(normal, halfway)), 24.0) * direct * 0.22;
        return albedo * (Rgb{1.0, 0.94, 0.78} * (2.6 * direct) + Rgb{0.40, 0.50, 0.56} * open)
               + Rgb{0.9, 0.95, 1.0} * shine;
    }

    /// Old leaves and earth, deep in the shade.
    [[nodiscard]] static Rgb ground(Vec2 at) {
        const double earth = fractalNoise(at * 0.06, 5, 221);
        const double litter = fractalNoise(Vec2{at.x * 0.13 + at.y * 0.06, at.y * 0.11 - at.x * 0.03}, 4, 222);
        return mix({0.045, 0.035, 0.022}, {0.14, 0.10, 0.055}, smoothStep(-0.3, 0.5, litter)) * (1.0 + 0.7 * earth);
    }

    std::vector<Frond> fronds_;
};

}  // namespace

Image drawFoliage() {
    const Thicket thicket;
    return photograph(side, [&](const Sample& sample) { return thicket.seen(sample); },
                      {.exposure = 1.15, .vignette = 0.4, .grain = 0.006, .seed = 6});
}

}  // namespace lamscope::scenes
