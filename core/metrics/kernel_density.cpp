// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/kernel_density.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <fmt/format.h>
#include <opencv2/core.hpp>

#include "base/error.h"
#include "metrics/map_check.h"

namespace lamscope {
namespace {

/// The kernel exp(-(xx dx^2 + 2 xy dx dy + yy dy^2) / 2); xx, xy and yy are the entries of the inverse covariance.
struct Kernel {
    double xx = 0.0;
    double xy = 0.0;
    double yy = 0.0;

    [[nodiscard]] double operator()(double dx, double dy) const {
        return std::exp(-0.5 * (xx * dx * dx + 2.0 * xy * dx * dy + yy * dy * dy));
    }
};

Kernel scottKernel(std::span<const double> map, int width, int height) {
    checkMapSize(map, width, height);
    const double sum = checkedMapSum(map);
    const auto forEachPixel = [&](auto visit) {
        std::size_t i = 0;
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x, ++i) {
                visit(x, y, map[i] / sum);
            }
        }
    };
    double meanX = 0.0;
    double meanY = 0.0;
    double squares = 0.0;
    double unbiased = 0.0;  // 1 - sum w^2, without cancellation
    forEachPixel([&](double x, double y, double weight) {
        meanX += weight * x;
        meanY += weight * y;
        squares += weight * weight;
        unbiased += weight * (1.0 - weight);
    });
    double xx = 0.0;
    double xy = 0.0;
    double yy = 0.0;
    forEachPixel([&](double x, double y, double weight) {
        xx += weight * (x - meanX) * (x - meanX);
        xy += weight * (x - meanX) * (y - meanY);
        yy += weight * (y - meanY) * (y - meanY);
    });
    const double factor = std::pow(squares, 1.0 / 6.0);  // n_eff^(-1/6)
    const double scale = factor * factor / unbiased;
    xx *= scale;
    xy *= scale;
    yy *= scale;
    const double determinant = xx * yy - xy * xy;
    // For positions on one line the exact determinant is 0. Rounding leaves a small number: hence a relative bound.
    if (!(unbiased > 0.0) || !(determinant > 1e-12 * (xx + yy) * (xx + yy)) || !std::isfinite(determinant)) {
        throw Error(ErrorCode::InvalidArgument,
                    "the area of contribution is not defined for a map whose mass lies in one pixel or on one straight "
                    "line");
    }
    return {yy / determinant, -xy / determinant, xx / determinant};
}

void divideByMaximum(std::vector<double>& values) {
    const double maximum = std::ranges::max(values);
    for (double& value : values) {
        value = std::max(value, 0.0) / maximum;
    }
}

}  // namespace

std::vector<double> kernelDensity(std::span<const double> map, int width, int height) {
    const auto kernel = scottKernel(map, width, height);
    try {
        // Each offset between two pixels, -(side - 1) to side - 1, has its own place, so that nothing wraps around.
        const int paddedWidth = cv::getOptimalDFTSize(2 * width - 1);
        const int paddedHeight = cv::getOptimalDFTSize(2 * height - 1);
        if (paddedWidth < 1 || paddedHeight < 1) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("a map of {}x{} pixels is too large for its area of contribution", width, height));
        }
        cv::Mat kernelPlane = cv::Mat::zeros(paddedHeight, paddedWidth, CV_64F);
        for (int dy = 1 - height; dy < height; ++dy) {
            auto* row = kernelPlane.ptr<double>(dy < 0 ? dy + paddedHeight : dy);
            for (int dx = 1 - width; dx < width; ++dx) {
                row[dx < 0 ? dx + paddedWidth : dx] = kernel(dx, dy);
            }
        }
        cv::Mat mapPlane = cv::Mat::zeros(paddedHeight, paddedWidth, CV_64F);
        for (int y = 0; y < height; ++y) {
            const auto row = map.subspan(static_cast<std::size_t>(y) * static_cast<std::size_t>(width),
                                         static_cast<std::size_t>(width));
            std::ranges::copy(row, mapPlane.ptr<double>(y));
        }
        cv::dft(kernelPlane, kernelPlane);
        cv::dft(mapPlane, mapPlane, 0, height);
        cv::mulSpectrums(mapPlane, kernelPlane, mapPlane, 0);
        cv::idft(mapPlane, mapPlane, cv::DFT_SCALE | cv::DFT_REAL_OUTPUT, height);

        std::vector<double> result;
        result.reserve(map.size());
        for (int y = 0; y < height; ++y) {
            const auto* row = mapPlane.ptr<double>(y);
            result.insert(result.end(), row, row + width);
        }
        divideByMaximum(result);
        return result;
    } catch (const cv::Exception& exception) {
        throw Error(exception.code == cv::Error::StsNoMem ? ErrorCode::OutOfMemory : ErrorCode::InvalidArgument,
                    fmt::format("the area of contribution of a {}x{} map could not be computed: {}", width, height,
                                exception.err));
    }
}

std::vector<double> kernelDensityDirect(std::span<const double> map, int width, int height) {
    const auto kernel = scottKernel(map, width, height);
    std::vector<double> result(map.size(), 0.0);
    std::size_t source = 0;
    for (int sourceY = 0; sourceY < height; ++sourceY) {
        for (int sourceX = 0; sourceX < width; ++sourceX, ++source) {
            std::size_t target = 0;
            for (int y = 0; y < height; ++y) {
                for (int x = 0; x < width; ++x, ++target) {
                    result[target] += map[source] * kernel(x - sourceX, y - sourceY);
                }
            }
        }
    }
    divideByMaximum(result);
    return result;
}

}  // namespace lamscope
