// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/shifted_correlation.h"

#include <algorithm>

#include <fmt/format.h>
#include <opencv2/imgproc.hpp>

#include "base/error.h"
#include "image/colour.h"

namespace lamscope {

namespace {

cv::Mat lumaMatrix(const Image& image) {
    auto values = luma(image);
    cv::Mat matrix;
    cv::Mat(image.height(), image.width(), CV_64F, values.data()).convertTo(matrix, CV_32F);
    return matrix;
}

}  // namespace

double largestShiftedCorrelation(const Image& first, const Image& second, int shift) {
    const int width = first.width();
    const int height = first.height();
    if (second.width() != width || second.height() != height || shift < 0 || 2 * shift >= std::min(width, height)) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("images of {}x{} and {}x{} pixels cannot be compared at shifts up to {} pixels", width,
                                height, second.width(), second.height(), shift));
    }
    const cv::Mat inner = lumaMatrix(second)({shift, shift, width - 2 * shift, height - 2 * shift});
    double least = 0.0;
    double most = 0.0;
    cv::minMaxLoc(inner, &least, &most);
    if (least == most) {
        return 0.0;  // OpenCV gives 1
    }
    cv::Mat correlations;
    cv::matchTemplate(lumaMatrix(first), inner, correlations, cv::TM_CCOEFF_NORMED);
    cv::minMaxLoc(correlations, nullptr, &most);
    return most;
}

}  // namespace lamscope
