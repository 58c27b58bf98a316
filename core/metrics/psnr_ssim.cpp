// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/psnr_ssim.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <vector>

#include <fmt/format.h>

#include "error.h"
#include "image/colour.h"

namespace lamscope {
namespace {

constexpr double peak = 255.0;
constexpr int windowSize = 11;

/// A plane of values in units of 8-bit levels, row-major.
struct Plane {
    int width = 0;
    int height = 0;
    std::vector<double> values;
};

std::vector<Plane> planesOf(const Image& image, Channel channel) {
    if (channel == Channel::Y) {
        return {{image.width(), image.height(), luma(image)}};
    }
    std::vector<Plane> planes;
    for (int c = 0; c < Image::channels; ++c) {
        Plane plane{image.width(), image.height(), {}};
        for (const float value : image.plane(c)) {
            plane.values.push_back(static_cast<double>(value) * peak);
        }
        planes.push_back(std::move(plane));
    }
    return planes;
}

std::array<double, windowSize> gaussianWindow() {
    constexpr double sigma = 1.5;
    constexpr int centre = windowSize / 2;
    std::array<double, windowSize> window{};
    double sum = 0.0;
    for (int i = 0; i < windowSize; ++i) {
        const double distance = i - centre;
        window.at(static_cast<std::size_t>(i)) = std::exp(-distance * distance / (2.0 * sigma * sigma));
        sum += window.at(static_cast<std::size_t>(i));
    }
    for (double& weight : window) {
        weight /= sum;
    }
    return window;
}

/// The window's weighted mean at every place where the window lies inside them.
Plane windowMeans(const Plane& plane) {
    static const auto window = gaussianWindow();
    const auto width = static_cast<std::size_t>(plane.width);
    const auto height = static_cast<std::size_t>(plane.height);
    const auto outWidth = width - (windowSize - 1);
    const auto outHeight = height - (windowSize - 1);
    Plane rows{static_cast<int>(outWidth), plane.height, std::vector<double>(outWidth * height)};
    for (std::size_t y = 0; y < height; ++y) {
        for (std::size_t k = 0; k < window.size(); ++k) {
            for (std::size_t x = 0; x < outWidth; ++x) {
                rows.values[y * outWidth + x] += window[k] * plane.values[y * width + x + k];
            }
        }
    }
    Plane result{rows.width, static_cast<int>(outHeight), std::vector<double>(outWidth * outHeight)};
    for (std::size_t y = 0; y < outHeight; ++y) {
        for (std::size_t k = 0; k < window.size(); ++k) {
            for (std::size_t x = 0; x < outWidth; ++x) {
                result.values[y * outWidth + x] += window[k] * rows.values[(y + k) * outWidth + x];
            }
        }
    }
    return result;
}

Plane product(const Plane& first, const Plane& second) {
    Plane result{first.width, first.height, std::vector<double>(first.values.size())};
    std::ranges::transform(first.values, second.values, result.values.begin(), std::multiplies<>());
    return result;
}

double structuralSimilarity(const Plane& first, const Plane& second) {
    constexpr double c1 = (0.01 * peak) * (0.01 * peak);
    constexpr double c2 = (0.03 * peak) * (0.03 * peak);
    const auto mean1 = windowMeans(first);
    const auto mean2 = windowMeans(second);
    const auto square1 = windowMeans(product(first, first));
    const auto square2 = windowMeans(product(second, second));
    const auto mixed = windowMeans(product(first, second));
    double sum = 0.0;
    for (std::size_t i = 0; i < mean1.values.size(); ++i) {
        const double m1 = mean1.values[i];
        const double m2 = mean2.values[i];
        const double variance1 = square1.values[i] - m1 * m1;
        const double variance2 = square2.values[i] - m2 * m2;
        const double covariance = mixed.values[i] - m1 * m2;
        sum +=
            (2.0 * m1 * m2 + c1) * (2.0 * covariance + c2) / ((m1 * m1 + m2 * m2 + c1) * (variance1 + variance2 + c2));
    }
    return sum / static_cast<double>(mean1.values.size());
}

double squaredErrors(const Plane& first, const Plane& second) {
    double sum = 0.0;
    for (std::size_t i = 0; i < first.values.size(); ++i) {
        const double difference = first.values[i] - second.values[i];
        sum += difference * difference;
    }
    return sum;
}

double psnrOf(const std::vector<Plane>& first, const std::vector<Plane>& second) {
    double errors = 0.0;
    double count = 0.0;
    for (std::size_t i = 0; i < first.size(); ++i) {
        errors += squaredErrors(first[i], second[i]);
        count += static_cast<double>(first[i].values.size());
    }
    return errors > 0.0 ? 10.0 * std::log10(peak * peak * count / errors) : std::numeric_limits<double>::infinity();
}

void checkSameSize(const Image& superResolved, const Image& original) {
    if (superResolved.width() != original.width() || superResolved.height() != original.height()) {
        throw Error(
            ErrorCode::InvalidArgument,
            fmt::format("images of different sizes cannot be compared: the super-resolved one has {}x{} pixels, "
                        "the original {}x{}",
                        superResolved.width(), superResolved.height(), original.width(), original.height()));
    }
}

void checkFinite(const Image& image) {
    if (!std::ranges::all_of(image.values(), [](float value) { return std::isfinite(value); })) {
        throw Error(ErrorCode::InvalidArgument,
                    "an image with values that are not finite (NaN or infinity) cannot be compared");
    }
}

}  // namespace

Quality compareImages(const Image& superResolved, const Image& original, Channel channel, int border) {
    const int width = original.width();
    const int height = original.height();
    checkSameSize(superResolved, original);
    if (border < 0) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("a border of {} pixels cannot be left out", border));
    }
    if (width < windowSize || height < windowSize || border > (std::min(width, height) - windowSize) / 2) {
        throw Error(
            ErrorCode::InvalidArgument,
            fmt::format("a {}x{} image without a border of {} pixels is too small to be compared: the window of "
                        "SSIM needs {}x{}",
                        width, height, border, windowSize, windowSize));
    }
    const Rect inner{border, border, width - 2 * border, height - 2 * border};
    const auto first = superResolved.cropped(inner);
    const auto second = original.cropped(inner);
    checkFinite(first);
    checkFinite(second);

    const auto planes1 = planesOf(first, channel);
    const auto planes2 = planesOf(second, channel);
    double similarity = 0.0;
    for (std::size_t i = 0; i < planes1.size(); ++i) {
        similarity += structuralSimilarity(planes1[i], planes2[i]);
    }
    Quality quality;
    quality.psnr = psnrOf(planes1, planes2);
    quality.ssim = similarity / static_cast<double>(planes1.size());
    return quality;
}

double peakSignalToNoise(const Image& superResolved, const Image& original, Channel channel) {
    checkSameSize(superResolved, original);
    checkFinite(superResolved);
    checkFinite(original);
    return psnrOf(planesOf(superResolved, channel), planesOf(original, channel));
}

}  // namespace lamscope
