// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/cem/interventions.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "base/portable_random.h"

namespace lamscope {

namespace {

constexpr int colours = 3;
constexpr int taps = 4;

/// What one pixel of the result takes of the pixels of a line.
struct LineWeights {
    std::array<int, taps> from{};
    std::array<double, taps> weights{};
};

/// Keys' kernel.
double cubic(double distance) {
    constexpr double a = -0.75;
    const double x = std::abs(distance);
    if (x <= 1.0) {
        return ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0;
    }
    return x < 2.0 ? ((a * x - 5.0 * a) * x + 8.0 * a) * x - 4.0 * a : 0.0;
}

LineWeights lineWeights(int index, int from, int to) {
    const double position = (index + 0.5) * from / to - 0.5;
    const int first = static_cast<int>(std::floor(position)) - 1;
    LineWeights line;
    for (int tap = 0; tap < taps; ++tap) {
        const auto t = static_cast<std::size_t>(tap);
        line.from[t] = std::clamp(first + tap, 0, from - 1);
        line.weights[t] = cubic(position - (first + tap));
    }
    return line;
}

std::size_t valueAt(int side, int y, int x, int colour) {
    return static_cast<std::size_t>((y * side + x) * colours + colour);
}

std::string keyWith(const char* what, const CemDraw& draw, int seed) {
    return fmt::format("{}/{}/{}/{}/{}", what, seed, draw.stage == CemStage::Coarse ? "coarse" : "fine", draw.row,
                       draw.column);
}

}  // namespace

std::string keyOf(const CemDraw& draw, int seed) {
    return keyWith("cem", draw, seed);
}

std::size_t drawnPatch(const CemDraw& draw, int seed, std::size_t count) {
    return PortableRandom(keyOf(draw, seed)).integer(static_cast<std::uint64_t>(draw.index)) % count;
}

std::vector<std::uint8_t> resizedPatch(std::span<const std::uint8_t> patch, int from, int to) {
    std::vector<LineWeights> lines;
    for (int i = 0; i < to; ++i) {
        lines.push_back(lineWeights(i, from, to));
    }
    std::vector<std::uint8_t> result(static_cast<std::size_t>(to) * static_cast<std::size_t>(to) * colours);
    for (int y = 0; y < to; ++y) {
        for (int x = 0; x < to; ++x) {
            const auto& across = lines[static_cast<std::size_t>(x)];
            const auto& down = lines[static_cast<std::size_t>(y)];
            for (int colour = 0; colour < colours; ++colour) {
                double sum = 0.0;
                for (std::size_t j = 0; j < taps; ++j) {
                    double line = 0.0;
                    for (std::size_t i = 0; i < taps; ++i) {
                        line += across.weights[i] * patch[valueAt(from, down.from[j], across.from[i], colour)];
                    }
                    sum += down.weights[j] * line;
                }
                // The rounding mode is half to even.
                result[valueAt(to, y, x, colour)] =
                    static_cast<std::uint8_t>(std::clamp(std::nearbyint(sum), 0.0, 255.0));
            }
        }
    }
    return result;
}

void addNoise(std::vector<std::uint8_t>& patch, int side, const CemDraw& draw, int seed, double deviation) {
    const PortableRandom random(fmt::format("{}/{}", keyWith("cem.noise", draw, seed), draw.index));
    std::uint64_t element = 0;
    for (int colour = 0; colour < colours; ++colour) {
        for (int y = 0; y < side; ++y) {
            for (int x = 0; x < side; ++x) {
                auto& value = patch[valueAt(side, y, x, colour)];
                value = static_cast<std::uint8_t>(std::clamp(value + deviation * random.normal(element++), 0.0, 255.0));
            }
        }
    }
}

}  // namespace lamscope
