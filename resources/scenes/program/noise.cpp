// SPDX-License-Identifier: GPL-3.0-or-later
#include "noise.h"

namespace lamscope::scenes {

namespace {

/// The coordinate rounded down. Faster than std::floor, which is a function call in code for the baseline processor.
std::int64_t lattice(double coordinate) {
    const auto towardsZero = static_cast<std::int64_t>(coordinate);
    return towardsZero - (coordinate < static_cast<double>(towardsZero) ? 1 : 0);
}

/// Linear interpolation without std::lerp's treatment of infinities.
double between(double a, double b, double share) {
    return a + share * (b - a);
}

/// The slope of a lattice point, in [-1, 1] x [-1, 1], times the offset from the point.
double slopeAt(std::int64_t x, std::int64_t y, Vec2 offset, std::uint32_t seed) {
    const auto bits = latticeHash(x, y, seed);
    const Vec2 slope{(bits & 0xffffU) / 32767.5 - 1.0, (bits >> 16U) / 32767.5 - 1.0};
    return dot(slope, offset);
}

double fade(double t) {
    return t * t * t * (t * (t * 6.0 - 15.0) + 10.0);
}

}  // namespace

std::uint32_t latticeHash(std::int64_t x, std::int64_t y, std::uint32_t seed) {
    auto bits = static_cast<std::uint32_t>(x) * 0x8da6b343U ^ static_cast<std::uint32_t>(y) * 0xd8163841U
                ^ (seed + 1U) * 0xcb1ab31fU;
    for (const std::uint32_t factor : {0x7feb352dU, 0x846ca68bU}) {
        bits ^= bits >> 16U;
        bits *= factor;
        bits ^= bits >> 15U;
    }
    return bits;
}

double uniform(std::int64_t x, std::int64_t y, std::uint32_t seed) {
    return latticeHash(x, y, seed) / 4294967296.0;
}

double nearlyNormal(std::int64_t x, std::int64_t y, std::uint32_t seed) {
    double sum = -2.0;
    for (std::uint32_t i = 0; i < 4; ++i) {
        sum += uniform(x, y, 4U * seed + i);
    }
    return sum * 1.7320508075688772;  // four uniform numbers have variance 4 / 12
}

double gradientNoise(Vec2 point, std::uint32_t seed) {
    const auto x = lattice(point.x);
    const auto y = lattice(point.y);
    const Vec2 in{point.x - static_cast<double>(x), point.y - static_cast<double>(y)};
    const double top = between(slopeAt(x, y, in, seed), slopeAt(x + 1, y, in - Vec2{1.0, 0.0}, seed), fade(in.x));
    const double bottom = between(slopeAt(x, y + 1, in - Vec2{0.0, 1.0}, seed),
                                  slopeAt(x + 1, y + 1, in - Vec2{1.0, 1.0}, seed), fade(in.x));
    return 1.5 * between(top, bottom, fade(in.y));
}

double fractalNoise(Vec2 point, int octaves, std::uint32_t seed) {
    double sum = 0.0;
    double strength = 0.6;
    for (int i = 0; i < octaves; ++i) {
        sum += strength * gradientNoise(point, seed + 101U * static_cast<std::uint32_t>(i));
        // The shift keeps the lattices of the octaves from meeting in one point.
        point = point * 2.0 + Vec2{17.3, 9.1};
        strength *= 0.5;
    }
    return sum;
}

}  // namespace lamscope::scenes
