// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/gaussian_blur.h"

#include <cmath>

#include <fmt/format.h>
#include <opencv2/imgproc.hpp>

#include "base/error.h"

namespace lamscope {

namespace {

/// The Gaussian along one axis, with the sum 1. The kernel of both axes, exp(-(x² + y²) / 2σ²) with the sum 1, is the
/// product of two of these.
cv::Mat1d gaussianOf(double sigma, int side) {
    cv::Mat1d weights(side, 1);
    const int middle = side / 2;
    for (int i = 0; i < side; ++i) {
        const double x = i - middle;
        weights(i) = i == middle ? 1.0 : std::exp(-x * x / (2.0 * sigma * sigma));
    }
    weights /= cv::sum(weights)[0];
    return weights;
}

}  // namespace

int gaussianSide(double sigma) {
    return 2 * static_cast<int>(std::ceil(3.0 * sigma)) + 1;
}

void blurPlane(RealPlane& plane, double sigma, int side) {
    if (!(sigma > 0.0)) {
        return;
    }
    const cv::Mat1d source(plane.height, plane.width, plane.values.data());
    std::vector<double> blurred(plane.values.size());
    cv::Mat1d target(plane.height, plane.width, blurred.data());
    try {
        const auto weights = gaussianOf(sigma, side);
        cv::sepFilter2D(source, target, CV_64F, weights, weights, {-1, -1}, 0.0, cv::BORDER_REFLECT_101);
    } catch (const cv::Exception& exception) {
        throw Error(ErrorCode::OutOfMemory, fmt::format("a {}x{} image could not be blurred: {}; use a smaller image",
                                                        plane.width, plane.height, exception.err));
    }
    plane.values = std::move(blurred);
}

}  // namespace lamscope
