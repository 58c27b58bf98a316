// SPDX-License-Identifier: GPL-3.0-or-later
#include "relief.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "noise.h"

namespace lamscope::scenes {

namespace {

/// Two unit vectors at right angles to `axis` and to each other.
std::array<Vec3, 2> tangents(Vec3 axis) {
    const Vec3 helper = std::abs(axis.x) < 0.7 ? Vec3{1.0, 0.0, 0.0} : Vec3{0.0, 1.0, 0.0};
    const auto first = normalised(cross(axis, helper));
    return {first, cross(axis, first)};
}

/// Maps two uniform numbers in [0, 1) to a uniform point of the unit disc.
Vec2 onDisc(Vec2 numbers) {
    const double radius = std::sqrt(numbers.x);
    const double angle = 2.0 * std::numbers::pi * numbers.y;
    return {radius * std::cos(angle), radius * std::sin(angle)};
}

}  // namespace

Camera::Camera(Vec3 eye, Vec3 target, double focalLength)
    : eye_(eye)
    , forward_(normalised(target - eye))
    , right_(normalised(cross(forward_, {0.0, 1.0, 0.0})))
    , up_(cross(right_, forward_))
    , focalLength_(focalLength) {}

Vec3 Camera::ray(Vec2 place, int side) const {
    const Vec2 fromCentre{place.x / side - 0.5, 0.5 - place.y / side};
    return normalised(forward_ * focalLength_ + right_ * fromCentre.x + up_ * fromCentre.y);
}

Relief::Relief(double low, double high, double texel, const Lighting& lighting)
    : low_(low)
    , high_(high)
    , texel_(texel)
    , lighting_(lighting) {
    lighting_.sun = normalised(lighting.sun);
}

Rgb Relief::surroundings(Vec3 direction) const {
    return cloudySky(direction);
}

int Relief::stepsFor(Vec3 direction, double reach) const {
    const double sideways = reach * length({direction.x, direction.y});
    return std::clamp(static_cast<int>(sideways / (3.0 * texel_)), 4, 24);
}

double Relief::firstHit(Vec3 from, Vec3 direction, double reach) const {
    const int steps = stepsFor(direction, reach);
    double above = 0.0;
    for (int i = 1; i <= steps; ++i) {
        double below = reach * i / steps;
        const auto at = from + direction * below;
        if (at.z > height({at.x, at.y})) {
            above = below;
            continue;
        }
        for (int halving = 0; halving < 6; ++halving) {
            const double middle = 0.5 * (above + below);
            const auto point = from + direction * middle;
            (point.z > height({point.x, point.y}) ? above : below) = middle;
        }
        return above;
    }
    return -1.0;
}

bool Relief::blocked(Vec3 from, Vec3 direction) const {
    if (direction.z <= 0.01) {
        return true;
    }
    const double reach = (high_ - from.z) / direction.z;
    const int steps = stepsFor(direction, reach);
    for (int i = 1; i <= steps; ++i) {
        // Steps are closer together near the start, where the ray may hit small forms.
        const double share = static_cast<double>(i) / steps;
        const auto at = from + direction * (reach * share * share);
        if (at.z < height({at.x, at.y})) {
            return true;
        }
    }
    return false;
}

Vec3 Relief::normalAt(Vec2 at, Vec2 bump) const {
    const double slopeX = (height(at + Vec2{texel_, 0.0}) - height(at - Vec2{texel_, 0.0})) / (2.0 * texel_);
    const double slopeY = (height(at + Vec2{0.0, texel_}) - height(at - Vec2{0.0, texel_})) / (2.0 * texel_);
    return normalised({-slopeX - bump.x, -slopeY - bump.y, 1.0});
}

Rgb Relief::seen(const Camera& camera, int side, const Sample& sample) const {
    const auto ray = camera.ray(sample.place, side);
    if (ray.z > -1e-3) {
        return surroundings(ray);
    }
    const auto entry = camera.eye() + ray * ((high_ - camera.eye().z) / ray.z);
    const double depth = firstHit(entry, ray, (low_ - 1e-6 - high_) / ray.z);
    if (depth < 0.0) {
        return surroundings(ray);
    }
    const auto at = entry + ray * depth;
    const auto made = material(at);
    const auto normal = normalAt({at.x, at.y}, made.bump);
    const auto start = at + normal * (0.5 * texel_);

    const auto [sunRight, sunUp] = tangents(lighting_.sun);
    const auto offset = onDisc(sample.light) * lighting_.sunSize;
    const auto toSun = normalised(lighting_.sun + sunRight * offset.x + sunUp * offset.y);
    const double facing = dot(normal, toSun);
    Rgb light;
    if (facing > 0.0 && !blocked(start, toSun)) {
        light = lighting_.sunlight * facing;
    }
    // The direction's probability follows the cosine, so that skylight needs no weight (Malley's rule).
    const auto disc = onDisc({sample.light.y, sample.light.x});
    const auto [right, up] = tangents(normal);
    const auto toSky = right * disc.x + up * disc.y + normal * std::sqrt(1.0 - dot(disc, disc));
    light = light + lighting_.skylight * (blocked(start, toSky) ? lighting_.reflected : 1.0);

    auto colour = made.albedo * light;
    if (made.gloss > 0.0) {
        const double cosine = std::max(0.0, -dot(ray, normal));
        const double mirrored = made.gloss + (1.0 - made.gloss) * std::pow(1.0 - cosine, 5.0);
        colour = mix(colour, surroundings(ray - normal * (2.0 * dot(ray, normal))), mirrored);
    }
    return colour;
}

Rgb cloudySky(Vec3 direction) {
    const double up = std::max(direction.y, 0.0);
    const auto blue = mix({0.62, 0.74, 0.88}, {0.16, 0.33, 0.68}, std::sqrt(up));
    // The clouds lie on a plane far above, so that they become smaller towards the horizon.
    const double away = 1.0 / (up + 0.15);
    const Vec2 place{1.3 * direction.x * away + 3.7, 1.3 * direction.z * away};
    const double cloud = smoothStep(-0.05, 0.55, fractalNoise(place, 6, 71));
    const double shade = 0.80 + 0.25 * fractalNoise(place * 1.5 + Vec2{0.2, 0.4}, 4, 72);
    return mix(blue, Rgb{0.98, 0.97, 0.96} * shade, cloud * smoothStep(0.0, 0.25, up));
}

}  // namespace lamscope::scenes
