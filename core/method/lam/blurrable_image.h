// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include <opencv2/core/mat.hpp>
#include <torch/types.h>

#include "image/image.h"

namespace lamscope {

/// An LR image as three planes of float64, blurred by correlation with a sampled, normalised Gaussian; the border is
/// reflected without repeating the edge pixel. Thread-safe.
class BlurrableImage {
public:
    explicit BlurrableImage(const Image& image);

    /// The same pixels seen through a window: what lies around it still takes part in a blur.
    [[nodiscard]] BlurrableImage cropped(const Rect& window) const;

    [[nodiscard]] int height() const { return window_.height; }
    [[nodiscard]] int width() const { return window_.width; }
    [[nodiscard]] std::size_t planeSize() const { return static_cast<std::size_t>(window_.area()); }

    /// Writes height x width values of one channel, blurred with a kernel of `kernelSide` pixels (odd).
    void blur(int channel, double sigma, int kernelSide, double* target) const;
    /// Writes 3 x height x width values.
    void copyTo(double* target) const;
    /// One channel less its mean, with `margin` pixels more on each side: what blurs there read.
    [[nodiscard]] cv::Mat centredWithMargin(int channel, int margin) const;

private:
    std::array<cv::Mat, Image::channels> planes_;
    cv::Rect window_;
};

/// Euclidean distances, over all pixels and channels, between blurs of one image, without making the blurs: a blur is a
/// sum of shifted images weighted by its kernel, so the distance of two is a quadratic form of the difference of their
/// kernels in the inner products of the shifted images, which are computed once. Thread-safe.
class BlurDistances {
public:
    /// Larger kernels have too many shifts.
    [[nodiscard]] static bool serves(int kernelSide) { return kernelSide <= 31; }

    BlurDistances(const BlurrableImage& image, int kernelSide);

    /// Between the blurs of each σ and the next; one less than there are.
    [[nodiscard]] std::vector<double> consecutive(std::span<const double> sigma) const;

private:
    int kernelSide_;
    torch::Tensor innerProducts_;  // [r*r, r*r], r = (kernelSide + 1) / 2: of sums of images shifted by ±v and ±u
};

}  // namespace lamscope
