// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/rain.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include <fmt/format.h>
#include <opencv2/imgproc.hpp>

#include "base/error.h"
#include "image/rain_bounds.h"
#include "image/recipe_draws.h"

namespace lamscope {

namespace {

constexpr double highestLevel = 255.0;
constexpr double noiseLevels = 256.0;
constexpr double nominalSide = 100.0;  // of the generator: a kernel of L pixels is scaled by 1 - L/100

RecipeNumber between(double low, double high) {
    return {.low = low, .high = high};
}

void check(bool holds, const std::string& what, const RecipeNumber& bounds) {
    if (!holds) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("rain cannot have {}: possible are {} to {}", what, bounds.low, bounds.high));
    }
}

bool isIn(double value, const RecipeNumber& bounds) {
    return value >= bounds.low && value <= bounds.high;  // false for NaN
}

void checkRain(const DrawnRain& rain) {
    check(isIn(rain.quantity, rain_bounds::quantity), fmt::format("the quantity {}", rain.quantity),
          rain_bounds::quantity);
    check(isIn(rain.kernelWidth, rain_bounds::kernelWidth) && rain.kernelWidth % 2 == 1,
          fmt::format("the kernel width {}, which must be odd", rain.kernelWidth), rain_bounds::kernelWidth);
    check(isIn(rain.length, rain_bounds::length), fmt::format("the length {}", rain.length), rain_bounds::length);
    check(isIn(rain.angle, rain_bounds::angle), fmt::format("the angle {}", rain.angle), rain_bounds::angle);
}

cv::Mat1d kernelOf(const DrawnRain& rain) {
    const int side = rain.length;
    constexpr double diagonal = 45.0;  // degrees, of the line before it is turned
    const auto middle = static_cast<float>(side) / 2.0F;
    const cv::Mat1d line(cv::Mat1d::eye(side, side));
    cv::Mat1d kernel;
    cv::warpAffine(line, kernel,
                   cv::getRotationMatrix2D({middle, middle}, rain.angle - diagonal, 1.0 - side / nominalSide),
                   {side, side});
    cv::GaussianBlur(kernel, kernel, {rain.kernelWidth, rain.kernelWidth}, 0.0);
    return kernel;
}

/// All values of a matrix that OpenCV made, hence in one piece.
std::span<double> valuesOf(cv::Mat1d& matrix) {
    return {matrix.ptr<double>(), matrix.total()};
}

/// Sets the values to drops; returns how many there are.
std::size_t fillWithDrops(std::span<double> levels, double quantity, const PortableRandom& noise) {
    const double least = noiseLevels - quantity / 100.0;
    std::uint64_t n = 0;
    std::size_t drops = 0;
    for (auto& level : levels) {
        const double drawn = noiseLevels * noise.uniform(n++);
        level = drawn < least ? 0.0 : drawn;
        drops += drawn < least ? 0U : 1U;
    }
    return drops;
}

}  // namespace

std::span<const RainRange> rainRanges() {
    static const std::array<RainRange, 3> ranges{{
        {.name = "small",
         .quantity = between(200, 300),
         .kernelWidths = {5},
         .length = between(30, 30),
         .angle = between(-5, 5)},
        {.name = "medium",
         .quantity = between(200, 300),
         .kernelWidths = {3, 5, 7},
         .length = between(20, 40),
         .angle = between(-30, 30)},
        {.name = "large",
         .quantity = between(200, 300),
         .kernelWidths = {1, 3, 5, 7, 9},
         .length = between(5, 60),
         .angle = between(-70, 70)},
    }};
    return ranges;
}

DrawnRain drawnRain(const RainRange& range, std::uint64_t seed, std::string_view stem) {
    const auto random = [&](std::string_view what) { return recipeRandom(what, seed, stem); };
    const auto widths = static_cast<double>(range.kernelWidths.size());
    const double place = drawnWhole(between(0.0, widths - 1.0), random("rain.width"));
    return {.quantity = drawnReal(range.quantity, random("rain.quantity")),
            .kernelWidth = range.kernelWidths.at(static_cast<std::size_t>(place)),
            .length = static_cast<int>(drawnWhole(range.length, random("rain.length"))),
            .angle = drawnReal(range.angle, random("rain.angle"))};
}

RainRange rangeOf(const DrawnRain& rain, const std::string& name) {
    return {.name = name,
            .quantity = between(rain.quantity, rain.quantity),
            .kernelWidths = {rain.kernelWidth},
            .length = between(rain.length, rain.length),
            .angle = between(rain.angle, rain.angle)};
}

double streakLength(int length) {
    return length * std::numbers::sqrt2 * (1.0 - length / nominalSide);
}

RealPlane streakKernel(const DrawnRain& rain) {
    checkRain(rain);
    auto kernel = kernelOf(rain);
    const auto values = valuesOf(kernel);
    return {.width = kernel.cols, .height = kernel.rows, .values = {values.begin(), values.end()}};
}

PortableRandom rainNoise(std::uint64_t seed, std::string_view stem) {
    return recipeRandom("rain", seed, stem);
}

RainLayer rainLayer(int width, int height, const DrawnRain& rain, const PortableRandom& noise) {
    checkRain(rain);
    RainLayer layer{.width = width, .height = height};
    try {
        cv::Mat1d levels(height, width);
        layer.drops = fillWithDrops(valuesOf(levels), rain.quantity, noise);
        layer.levels.resize(levels.total());
        if (layer.drops == 0) {
            return layer;
        }
        const cv::Mat1d cross = (cv::Mat1d(3, 3) << 0.0, 0.1, 0.0, 0.1, 8.0, 0.1, 0.0, 0.1, 0.0);
        cv::filter2D(levels, levels, CV_64F, cross);
        cv::filter2D(levels, levels, CV_64F, kernelOf(rain));
        const auto values = valuesOf(levels);
        const auto [low, high] = std::ranges::minmax(values);
        const double contrast = high - low;
        constexpr double rounding = 1e-9;
        if (!(contrast > rounding * high)) {  // an even layer: a kernel that vanishes, an image of one pixel
            return layer;
        }
        std::ranges::transform(values, layer.levels.begin(), [least = low, contrast](double level) {
            return static_cast<std::uint8_t>(std::min(highestLevel * ((level - least) / contrast), highestLevel));
        });
    } catch (const cv::Exception& exception) {
        throw Error(ErrorCode::OutOfMemory,
                    fmt::format("rain for an image of {}x{} could not be made: {}; use a smaller image", width, height,
                                exception.err));
    }
    return layer;
}

}  // namespace lamscope
