// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>

#include "drawings.h"
#include "image/colour.h"
#include "photograph.h"

namespace lamscope::scenes {

namespace {

constexpr double pi = std::numbers::pi;
constexpr double black = 24.0;
constexpr double darkGrey = 64.0;
constexpr double lightGrey = 192.0;
constexpr double white = 232.0;

/// The field of a row in which a place lies, and the place inside that field. Fields are `width` pixels wide.
struct Field {
    std::size_t number = 0;
    Vec2 in;

    Field(Vec2 at, double top, double width)
        : number(static_cast<std::size_t>(at.x / width))
        , in{at.x - static_cast<double>(number) * width, at.y - top} {}
};

double flatGreys(Vec2 at) {
    constexpr std::array<double, 8> levels{16.0, 48.0, 80.0, 112.0, 144.0, 176.0, 208.0, 240.0};
    return levels.at(Field(at, 0.0, 32.0).number);
}

/// A star of 36 rays. The period along a circle becomes smaller towards the centre.
double star(Vec2 fromCentre) {
    const double angle = std::atan2(fromCentre.y, fromCentre.x);
    const bool ray = std::sin(36.0 * angle) > 0.0;
    return length(fromCentre) > 48.0 ? lightGrey : (ray ? black : white);
}

/// Rings whose period becomes smaller from the centre outwards: 4 pixels at a distance of 48 pixels.
double zonePlate(Vec2 fromCentre) {
    const double distance = length(fromCentre);
    if (distance > 48.0) {
        return darkGrey;
    }
    const double wave = std::cos(pi * distance * distance / (4.0 * 48.0));
    return (black + white) / 2.0 + (white - black) / 2.0 * wave;
}

/// Dots that become smaller from row to row: radius 5, 3.5, 2.5, 1.75, 1.25, 0.9 pixels.
double dots(Vec2 at) {
    constexpr std::array<double, 6> radii{5.0, 3.5, 2.5, 1.75, 1.25, 0.9};
    const double rowHeight = 104.0 / 6.0;
    const auto row = static_cast<std::size_t>(at.y / rowHeight);
    const Vec2 fromDot{(at.x / 16.0 - std::floor(at.x / 16.0) - 0.5) * 16.0,
                       at.y - (static_cast<double>(row) + 0.5) * rowHeight};
    return length(fromDot) < radii.at(row) ? white : black;
}

/// Straight edges through the centres of four fields, 0, 15, 45 and 80 degrees from the vertical.
double edges(Vec2 at) {
    constexpr std::array<double, 4> angles{0.0, 15.0, 45.0, 80.0};
    const Field field(at, 160.0, 64.0);
    const double angle = angles.at(field.number) * pi / 180.0;
    const Vec2 across{std::cos(angle), std::sin(angle)};
    return dot(field.in - Vec2{32.0, 32.0}, across) < 0.0 ? darkGrey : lightGrey;
}

/// Upright stripes, finer from field to field.
double gratings(Vec2 at) {
    constexpr std::array<double, 8> periods{16.0, 12.0, 9.0, 7.0, 6.0, 5.0, 4.0, 3.0};
    const Field field(at, 224.0, 32.0);
    return fraction(field.in.x / periods.at(field.number)) < 0.5 ? black : white;
}

double level(Vec2 at) {
    if (at.y < 32.0) {
        return flatGreys(at);
    }
    if (at.y < 56.0) {
        return at.x - 0.5;  // a ramp: the level in column x is x
    }
    if (at.y < 160.0) {
        if (at.x < 104.0) {
            return star(at - Vec2{52.0, 108.0});
        }
        return at.x < 208.0 ? zonePlate(at - Vec2{156.0, 108.0}) : dots(at - Vec2{208.0, 56.0});
    }
    return at.y < 224.0 ? edges(at) : gratings(at);
}

}  // namespace

Image drawChart() {
    // The chart is not photographed: its levels are exact, so that the right answer of a network is known.
    return quantise8(averageSamples(side, [](const Sample& sample) {
        const double value = level(sample.place) / 255.0;
        return Rgb{value, value, value};
    }));
}

}  // namespace lamscope::scenes
