// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/resize.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "image/colour.h"
#include "image/real_plane.h"

namespace lamscope {
namespace {

/// One line of output values as weighted sums of input values: output i = sum_k weights[k] * input[indices[k]], for k
/// from i * taps to (i + 1) * taps. Weights are double or, for Pillow, 22-bit fixed point.
template <typename Weight>
struct LineFilter {
    int inputSize = 0;
    int outputSize = 0;
    std::size_t taps = 0;
    std::vector<int> indices{};
    std::vector<Weight> weights{};
};

/// Keys' cubic convolution kernel with a = -0.5.
double cubic(double x) {
    x = std::abs(x);
    if (x <= 1.0) {
        return (1.5 * x - 2.5) * x * x + 1.0;
    }
    return x < 2.0 ? ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0 : 0.0;
}

constexpr int pillowPrecisionBits = 22;

/// Pillow's rounding: a half is rounded up.
int pillowNearest(double value) {
    return static_cast<int>(std::floor(value + 0.5));
}

/// Pillow's weights before they are rounded to fixed point.
LineFilter<double> pillowWeights(int inputSize, int outputSize) {
    const double scale = static_cast<double>(inputSize) / outputSize;
    const double widening = std::max(scale, 1.0);
    const double support = 2.0 * widening;
    LineFilter<double> filter;
    filter.inputSize = inputSize;
    filter.outputSize = outputSize;
    filter.taps = static_cast<std::size_t>(std::ceil(support)) * 2 + 1;
    filter.indices.assign(filter.taps * static_cast<std::size_t>(outputSize), 0);
    filter.weights.assign(filter.indices.size(), 0);
    std::vector<double> weights;
    for (int i = 0; i < outputSize; ++i) {
        const double centre = (i + 0.5) * scale;
        const int first = std::max(pillowNearest(centre - support), 0);
        const int last = std::min(pillowNearest(centre + support), inputSize);
        weights.clear();
        double sum = 0.0;
        for (int j = first; j < last; ++j) {
            weights.push_back(cubic((j - centre + 0.5) * (1.0 / widening)));
            sum += weights.back();
        }
        const auto offset = static_cast<std::size_t>(i) * filter.taps;
        for (std::size_t k = 0; k < weights.size(); ++k) {
            filter.indices[offset + k] = first + static_cast<int>(k);
            filter.weights[offset + k] = weights[k] / sum;
        }
    }
    return filter;
}

LineFilter<std::int32_t> pillowFilter(int inputSize, int outputSize) {
    auto real = pillowWeights(inputSize, outputSize);
    LineFilter<std::int32_t> filter{.inputSize = inputSize,
                                    .outputSize = outputSize,
                                    .taps = real.taps,
                                    .indices = std::move(real.indices),
                                    .weights = std::vector<std::int32_t>(real.weights.size())};
    std::ranges::transform(real.weights, filter.weights.begin(), [](double weight) {
        return static_cast<std::int32_t>(std::lround(weight * (1 << pillowPrecisionBits)));
    });
    return filter;
}

/// The two input pixels around the centre of each output pixel, the edge pixel repeated beyond the border.
LineFilter<double> bilinearFilter(int inputSize, int outputSize) {
    const double scale = static_cast<double>(inputSize) / outputSize;
    LineFilter<double> filter;
    filter.inputSize = inputSize;
    filter.outputSize = outputSize;
    filter.taps = 2;
    for (int i = 0; i < outputSize; ++i) {
        const double centre = (i + 0.5) * scale - 0.5;
        const int first = static_cast<int>(std::floor(centre));
        const double second = centre - first;  // its weight
        filter.indices.push_back(std::clamp(first, 0, inputSize - 1));
        filter.indices.push_back(std::clamp(first + 1, 0, inputSize - 1));
        filter.weights.push_back(1.0 - second);
        filter.weights.push_back(second);
    }
    return filter;
}

/// The index of the input pixel that stands for `position`, which may lie outside the line.
std::int64_t borderIndex(std::int64_t position, std::int64_t size, MatlabBorder border) {
    if (border == MatlabBorder::Repeated) {
        return std::clamp<std::int64_t>(position, 0, size - 1);
    }
    // The mirrored continuation is periodic: the line, then its reverse.
    const std::int64_t period = 2 * size;
    const std::int64_t phase = (position % period + period) % period;
    return phase < size ? phase : period - 1 - phase;
}

LineFilter<double> matlabFilter(int inputSize, int outputSize, double scale, MatlabBorder border) {
    const double narrowing = std::min(scale, 1.0);
    const double kernelWidth = 4.0 / narrowing;
    LineFilter<double> filter;
    filter.inputSize = inputSize;
    filter.outputSize = outputSize;
    filter.taps = static_cast<std::size_t>(std::ceil(kernelWidth)) + 2;
    for (int i = 0; i < outputSize; ++i) {
        const double centre = (i + 0.5) / scale - 0.5;
        const auto first = static_cast<std::int64_t>(std::floor(centre + 1.0 - kernelWidth / 2.0)) - 1;
        const auto offset = filter.weights.size();
        double sum = 0.0;
        for (std::size_t k = 0; k < filter.taps; ++k) {
            const std::int64_t position = first + static_cast<std::int64_t>(k);
            filter.weights.push_back(cubic((centre - static_cast<double>(position)) * narrowing));
            sum += filter.weights.back();
            filter.indices.push_back(static_cast<int>(borderIndex(position, inputSize, border)));
        }
        for (std::size_t k = offset; k < filter.weights.size(); ++k) {
            filter.weights[k] /= sum;
        }
    }
    return filter;
}

/// A plane of `Value`, row-major.
template <typename Value>
struct Plane {
    int width = 0;
    int height = 0;
    std::vector<Value> values;

    Plane(int planeWidth, int planeHeight)
        : width(planeWidth)
        , height(planeHeight)
        , values(static_cast<std::size_t>(planeWidth) * static_cast<std::size_t>(planeHeight)) {}

    Value* row(int y) { return values.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width); }
    const Value* row(int y) const {
        return values.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
    }
};

/// Filters along the rows; `finish` turns a sum into a value (rounding).
template <typename Value, typename Weight, typename Finish>
Plane<Value> filterAlongX(const Plane<Value>& input, const LineFilter<Weight>& filter, Finish finish) {
    Plane<Value> output(filter.outputSize, input.height);
    for (int y = 0; y < input.height; ++y) {
        const Value* source = input.row(y);
        Value* target = output.row(y);
        std::size_t k = 0;
        for (int x = 0; x < filter.outputSize; ++x) {
            Weight sum = 0;
            for (const auto end = k + filter.taps; k < end; ++k) {
                sum += filter.weights[k] * static_cast<Weight>(source[filter.indices[k]]);
            }
            target[x] = finish(sum);
        }
    }
    return output;
}

/// Filters along the columns, one row of output at a time.
template <typename Value, typename Weight, typename Finish>
Plane<Value> filterAlongY(const Plane<Value>& input, const LineFilter<Weight>& filter, Finish finish) {
    Plane<Value> output(input.width, filter.outputSize);
    std::vector<Weight> sums(static_cast<std::size_t>(input.width));
    std::size_t k = 0;
    for (int y = 0; y < filter.outputSize; ++y) {
        std::ranges::fill(sums, Weight{0});
        for (const auto end = k + filter.taps; k < end; ++k) {
            const Value* source = input.row(filter.indices[k]);
            for (std::size_t x = 0; x < sums.size(); ++x) {
                sums[x] += filter.weights[k] * static_cast<Weight>(source[x]);
            }
        }
        std::ranges::transform(sums, output.row(y), finish);
    }
    return output;
}

std::uint8_t pillowRounded(std::int32_t sum) {
    constexpr std::int32_t half = 1 << (pillowPrecisionBits - 1);
    return static_cast<std::uint8_t>(std::clamp((sum + half) >> pillowPrecisionBits, 0, 255));
}

template <typename Value, typename Convert>
Plane<Value> planeOf(const Image& image, int channel, Convert convert) {
    Plane<Value> plane(image.width(), image.height());
    std::ranges::transform(image.plane(channel), plane.values.begin(), convert);
    return plane;
}

std::uint8_t level8(float value) {
    return static_cast<std::uint8_t>(nearestLevel(static_cast<double>(value), 255));
}

float fromLevel8(double level) {
    return static_cast<float>(level) / 255.0F;
}

void requireNotEmpty(const Image& image) {
    if (image.empty()) {
        throw Error(ErrorCode::InvalidArgument, "an empty image cannot be resized");
    }
}

void requireMultiple(const Image& image, int factor) {
    requireNotEmpty(image);
    if (factor < 1 || image.width() % factor != 0 || image.height() % factor != 0) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("a {}x{} image cannot be reduced by {}: both sides must be multiples of the factor; "
                                "crop the image first",
                                image.width(), image.height(), factor));
    }
}

int scaledSide(int side, double scale) {
    const double result = std::ceil(side * scale);
    constexpr double maxSide = 1 << 20;
    if (!(result >= 1.0 && result <= maxSide)) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("a side of {} pixels cannot be scaled by {}", side, scale));
    }
    return static_cast<int>(result);
}

/// Filters along the columns, then along the rows: MATLAB's order for equal scales. `finish` is applied after each
/// pass.
template <typename Value, typename Finish>
Plane<Value> resizedMatlab(const Plane<Value>& plane, int width, int height, double scale, MatlabBorder border,
                           Finish finish) {
    const auto columns = filterAlongY(plane, matlabFilter(plane.height, height, scale, border), finish);
    return filterAlongX(columns, matlabFilter(plane.width, width, scale, border), finish);
}

}  // namespace

Image resizeBicubicPillow(const Image& image, int width, int height) {
    requireNotEmpty(image);
    Image result(width, height);
    result.file = image.file;
    result.bitDepth = 8;
    for (int channel = 0; channel < Image::channels; ++channel) {
        auto plane = planeOf<std::uint8_t>(image, channel, level8);
        // Pillow skips a pass that keeps the size. Here the pass runs with the weight 1, with the same result.
        plane = filterAlongX(plane, pillowFilter(image.width(), width), pillowRounded);
        plane = filterAlongY(plane, pillowFilter(image.height(), height), pillowRounded);
        std::ranges::transform(plane.values, result.plane(channel).begin(), fromLevel8);
    }
    return result;
}

Image reduceBicubicPillow(const Image& image, int factor) {
    requireMultiple(image, factor);
    return resizeBicubicPillow(image, image.width() / factor, image.height() / factor);
}

Image resizeBicubicMatlab(const Image& image, double scale, MatlabBorder border) {
    requireNotEmpty(image);
    if (!(scale > 0.0)) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("an image cannot be scaled by {}", scale));
    }
    Image result(scaledSide(image.width(), scale), scaledSide(image.height(), scale));
    result.file = image.file;
    for (int channel = 0; channel < Image::channels; ++channel) {
        const auto plane =
            resizedMatlab(planeOf<double>(image, channel, [](float value) { return static_cast<double>(value); }),
                          result.width(), result.height(), scale, border, [](double sum) { return sum; });
        std::ranges::transform(plane.values, result.plane(channel).begin(),
                               [](double value) { return static_cast<float>(value); });
    }
    return result;
}

Image reduceBicubicMatlab(const Image& image, int factor, MatlabBorder border) {
    requireMultiple(image, factor);
    Image result(image.width() / factor, image.height() / factor);
    result.file = image.file;
    result.bitDepth = 8;
    const auto toLevel = [](double sum) { return std::clamp(std::floor(sum + 0.5), 0.0, 255.0); };
    for (int channel = 0; channel < Image::channels; ++channel) {
        const auto plane = resizedMatlab(planeOf<double>(image, channel, level8), result.width(), result.height(),
                                         1.0 / factor, border, toLevel);
        std::ranges::transform(plane.values, result.plane(channel).begin(), fromLevel8);
    }
    return result;
}

RealPlane reduceReal(const RealPlane& plane, int factor, Reduction reduction) {
    const int width = plane.width / factor;
    const int height = plane.height / factor;
    const auto unchanged = [](double sum) { return sum; };
    Plane<double> values(plane.width, plane.height);
    values.values = plane.values;
    switch (reduction) {
        case Reduction::Pillow:
            values = filterAlongX(values, pillowWeights(plane.width, width), unchanged);
            values = filterAlongY(values, pillowWeights(plane.height, height), unchanged);
            break;
        case Reduction::Matlab:
            values = resizedMatlab(values, width, height, 1.0 / factor, MatlabBorder::Repeated, unchanged);
            break;
        case Reduction::Bilinear:
            values = filterAlongX(values, bilinearFilter(plane.width, width), unchanged);
            values = filterAlongY(values, bilinearFilter(plane.height, height), unchanged);
            break;
    }
    return {.width = width, .height = height, .values = std::move(values.values)};
}

Image enlargeBicubicMatlab(const Image& image, int factor) {
    if (factor < 1) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("an image cannot be enlarged by {}", factor));
    }
    return resizeBicubicMatlab(image, factor);
}

}  // namespace lamscope
