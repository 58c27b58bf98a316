// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <opencv2/core.hpp>

#include "image/image.h"

namespace lamscope {

/// An 8-bit RGB picture (CV_8UC3) as an Image with values n / 255.
[[nodiscard]] Image toImage(const cv::Mat& mat);

/// The inverse: clamped to [0, 1] and rounded.
[[nodiscard]] cv::Mat toMat(const Image& image);

}  // namespace lamscope
