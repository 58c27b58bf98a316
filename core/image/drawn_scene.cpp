// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/drawn_scene.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

#include <fmt/format.h>

#include "base/error.h"
#include "image/colour.h"

namespace lamscope {

namespace {

constexpr double pi = std::numbers::pi;
/// Each pixel is the mean of this many samples along each axis, as a sensor would integrate.
constexpr int samplesPerAxis = 4;

using Colour = std::array<double, Image::channels>;

Colour mix(const Colour& a, const Colour& b, double amount) {
    Colour result{};
    for (std::size_t i = 0; i < result.size(); ++i) {
        result.at(i) = a.at(i) + (b.at(i) - a.at(i)) * amount;
    }
    return result;
}

double smoothStep(double low, double high, double x) {
    const double t = std::clamp((x - low) / (high - low), 0.0, 1.0);
    return t * t * (3.0 - 2.0 * t);
}

Colour sky(double u, double v) {
    const double cloud = 0.5
                         + 0.5 * std::sin(2.0 * pi * (1.3 * u + 0.4 * std::sin(3.0 * v)) + 1.0)
                               * std::cos(2.0 * pi * (2.1 * v + 0.3 * std::sin(4.0 * u)));
    return mix({0.35, 0.52, 0.74}, {0.90, 0.90, 0.88}, 0.6 * cloud * (1.0 - v));
}

/// A façade in perspective: storeys shrink upwards, and slats fill the space between the windows.
Colour facade(double u, double v) {
    const double depth = 1.0 / (0.35 + 0.65 * v);       // larger further up
    const double across = (u - 0.5) * depth * 14.0;     // window axes
    const double storey = 9.0 * std::log(depth * 1.2);  // storeys, equally high in perspective
    const double slat = std::sin(2.0 * pi * storey * 5.0);
    const double shade = 0.75 + 0.25 * std::cos(u * 2.0);
    Colour wall = mix({0.62, 0.47, 0.36}, {0.80, 0.68, 0.55}, 0.5 + 0.5 * slat);
    const double x = across - std::floor(across);
    const double y = storey - std::floor(storey);
    if (x > 0.28 && x < 0.72 && y > 0.2 && y < 0.8) {
        const bool frame = x < 0.33 || x > 0.67 || y < 0.27 || y > 0.73 || std::abs(x - 0.5) < 0.02;
        const double glow = 0.5 + 0.5 * std::sin(12.9 * std::floor(across) + 78.2 * std::floor(storey));
        wall = frame ? Colour{0.93, 0.92, 0.90} : mix({0.10, 0.13, 0.18}, {0.85, 0.74, 0.42}, glow * glow * glow);
    }
    for (auto& value : wall) {
        value *= shade;
    }
    return wall;
}

Colour colourAt(double u, double v) {
    const double roof = 0.16 + 0.10 * u;
    const double edge =
        smoothStep(0.06, 0.065, u) * (1.0 - smoothStep(0.94, 0.945, u)) * smoothStep(roof, roof + 0.004, v);
    return mix(sky(u, v), facade(u, v), edge);
}

}  // namespace

Image drawScene(int side) {
    if (side < smallestDrawnScene || side > largestDrawnScene) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("a scene has a side of {} to {} pixels, asked for {}",
                                                            smallestDrawnScene, largestDrawnScene, side));
    }
    Image scene(side, side);
    for (int y = 0; y < side; ++y) {
        for (int x = 0; x < side; ++x) {
            Colour sum{};
            for (int i = 0; i < samplesPerAxis * samplesPerAxis; ++i) {
                const int column = i % samplesPerAxis;
                const int row = i / samplesPerAxis;
                const double u = (x + (column + 0.5) / samplesPerAxis) / side;
                const double v = (y + (row + 0.5) / samplesPerAxis) / side;
                const auto colour = colourAt(u, v);
                for (std::size_t c = 0; c < sum.size(); ++c) {
                    sum.at(c) += colour.at(c);
                }
            }
            for (int c = 0; c < Image::channels; ++c) {
                scene.at(c, y, x) =
                    static_cast<float>(sum.at(static_cast<std::size_t>(c)) / (samplesPerAxis * samplesPerAxis));
            }
        }
    }
    auto quantised = quantise8(scene);
    quantised.file = "scene";
    return quantised;
}

}  // namespace lamscope
