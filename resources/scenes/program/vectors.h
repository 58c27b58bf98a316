// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cmath>

namespace lamscope::scenes {

/// A point of a picture or of a surface.
struct Vec2 {
    double x = 0.0;
    double y = 0.0;

    friend Vec2 operator+(Vec2 a, Vec2 b) { return {a.x + b.x, a.y + b.y}; }
    friend Vec2 operator-(Vec2 a, Vec2 b) { return {a.x - b.x, a.y - b.y}; }
    friend Vec2 operator*(Vec2 a, double factor) { return {a.x * factor, a.y * factor}; }
};

/// A point or direction in space, or a colour in linear light (x, y, z = R, G, B).
struct Vec3 {
    double x = 0.0;
    double y = 0.0;
    double z = 0.0;

    friend Vec3 operator+(Vec3 a, Vec3 b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
    friend Vec3 operator-(Vec3 a, Vec3 b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
    friend Vec3 operator*(Vec3 a, double factor) { return {a.x * factor, a.y * factor, a.z * factor}; }
    friend Vec3 operator*(Vec3 a, Vec3 b) { return {a.x * b.x, a.y * b.y, a.z * b.z}; }
};

using Rgb = Vec3;

[[nodiscard]] inline double dot(Vec2 a, Vec2 b) {
    return a.x * b.x + a.y * b.y;
}
[[nodiscard]] inline double dot(Vec3 a, Vec3 b) {
    return a.x * b.x + a.y * b.y + a.z * b.z;
}
[[nodiscard]] inline double length(Vec2 a) {
    return std::sqrt(dot(a, a));
}
[[nodiscard]] inline Vec2 perpendicular(Vec2 a) {
    return {-a.y, a.x};
}
[[nodiscard]] inline Vec3 normalised(Vec3 a) {
    return a * (1.0 / std::sqrt(dot(a, a)));
}

[[nodiscard]] inline Vec3 cross(Vec3 a, Vec3 b) {
    return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

[[nodiscard]] inline Vec3 mix(Vec3 a, Vec3 b, double amount) {
    return a + (b - a) * amount;
}

/// 0 up to `low`, 1 from `high` on, and a smooth cubic between.
[[nodiscard]] inline double smoothStep(double low, double high, double x) {
    const double t = std::clamp((x - low) / (high - low), 0.0, 1.0);
    return t * t * (3.0 - 2.0 * t);
}

/// The part of a number behind the point, in [0, 1); for negative numbers too.
[[nodiscard]] inline double fraction(double x) {
    return x - std::floor(x);
}

}  // namespace lamscope::scenes
