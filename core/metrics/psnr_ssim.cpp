// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/psnr_ssim.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <vector>

#include <fmt/format.h>
#include <opencv2/imgproc.hpp>

#include "base/error.h"
#include "image/colour.h"

namespace lamscope {
namespace {

constexpr double peak = 255.0;
constexpr int windowSize = 11;
constexpr double windowSigma = 1.5;

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

/// The window's weighted mean at every place where the whole window lies inside the plane.
Plane windowMeans(const Plane& plane) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): OpenCV has no view of constant data; nothing writes to it
    const cv::Mat values(plane.height, plane.width, CV_64F, const_cast<double*>(plane.values.data()));
    cv::Mat means;
    cv::GaussianBlur(values, means, {windowSize, windowSize}, windowSigma, windowSigma);
    constexpr int half = windowSize / 2;
    const cv::Mat inner = means({half, half, plane.width - 2 * half, plane.height - 2 * half});
    return {inner.cols, inner.rows, std::vector<double>(inner.begin<double>(), inner.end<double>())};
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
