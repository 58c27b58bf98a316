// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/blurrable_image.h"

#include <algorithm>
#include <cmath>
#include <span>

#include <opencv2/imgproc.hpp>

#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

/// Added to every σ, so that the kernel of σ = 0 is defined (it is the unit impulse): as in the LAM authors' code.
constexpr double sigmaOffset = 1e-5;
/// Values of shifted images that are held at once.
constexpr std::int64_t valuesAtOnce = std::int64_t{1} << 21;

/// The 2-D Gaussian normalised to sum 1 is the product of two of these.
cv::Mat gaussianKernel(double sigma, int side) {
    cv::Mat kernel(side, 1, CV_64F);
    const double spread = sigma + sigmaOffset;
    const int centre = side / 2;
    for (int i = 0; i < side; ++i) {
        const double distance = i - centre;
        kernel.at<double>(i) = std::exp(-distance * distance / (2.0 * spread * spread));
    }
    kernel /= cv::sum(kernel)[0];
    return kernel;
}

/// For each σ the weights of the sums of images shifted by ±v and ±u, [n, r*r].
torch::Tensor shiftWeights(std::span<const double> sigma, int side) {
    const auto count = static_cast<std::int64_t>(sigma.size());
    const auto half = torch::empty({count, side / 2 + 1}, torch::kFloat64);
    auto* weight = half.data_ptr<double>();
    for (const double s : sigma) {
        const auto kernel = gaussianKernel(s, side);
        weight = std::copy(kernel.begin<double>() + side / 2, kernel.end<double>(), weight);
    }
    return (half.unsqueeze(2) * half.unsqueeze(1)).flatten(1);
}

/// The sum of a picture shifted by `shift` pixels both ways along an axis; `window` is where it is wanted.
cv::Mat shiftedBothWays(const cv::Mat& picture, const cv::Rect& window, cv::Point shift) {
    if (shift == cv::Point()) {
        return picture(window);
    }
    return picture(window + shift) + picture(window - shift);
}

}  // namespace

BlurrableImage::BlurrableImage(const Image& image)
    : window_(0, 0, image.width(), image.height()) {
    for (int channel = 0; channel < Image::channels; ++channel) {
        auto& plane = planes_.at(static_cast<std::size_t>(channel));
        plane.create(image.height(), image.width(), CV_64F);
        std::ranges::copy(image.plane(channel), plane.begin<double>());
    }
}

BlurrableImage BlurrableImage::cropped(const Rect& window) const {
    auto result = *this;
    result.window_ = {window_.x + window.x, window_.y + window.y, window.width, window.height};
    return result;
}

void BlurrableImage::blur(int channel, double sigma, int kernelSide, double* target) const {
    const auto kernel = gaussianKernel(sigma, kernelSide);
    cv::Mat result(height(), width(), CV_64F, target);
    // OpenCV reads beyond a part of a picture where the picture goes on.
    cv::sepFilter2D(planes_.at(static_cast<std::size_t>(channel))(window_), result, CV_64F, kernel, kernel,
                    cv::Point(-1, -1), 0.0, cv::BORDER_REFLECT_101);
}

void BlurrableImage::copyTo(double* target) const {
    for (const auto& plane : planes_) {
        cv::Mat result(height(), width(), CV_64F, target);
        plane(window_).copyTo(result);
        target += planeSize();
    }
}

cv::Mat BlurrableImage::centredWithMargin(int channel, int margin) const {
    const auto plane = planes_.at(static_cast<std::size_t>(channel))(window_);
    cv::Mat result;
    cv::copyMakeBorder(plane, result, margin, margin, margin, margin, cv::BORDER_REFLECT_101);
    result -= cv::mean(plane);
    return result;
}

BlurDistances::BlurDistances(const BlurrableImage& image, int kernelSide)
    : kernelSide_(kernelSide) {
    const int reach = kernelSide / 2;
    const int shifts = reach + 1;
    const int rowsAtOnce = static_cast<int>(
        std::clamp<std::int64_t>(valuesAtOnce / (std::int64_t{shifts} * shifts * image.width()), 1, image.height()));
    innerProducts_ = torch::zeros({shifts * shifts, shifts * shifts}, torch::kFloat64);
    for (int channel = 0; channel < Image::channels; ++channel) {
        // A kernel's sum is 1: the mean contributes to no distance, but to rounding.
        const auto picture = image.centredWithMargin(channel, reach);
        for (int top = 0; top < image.height(); top += rowsAtOnce) {
            const int rows = std::min(rowsAtOnce, image.height() - top);
            auto shifted = torch::empty({shifts * shifts, std::int64_t{rows} * image.width()}, torch::kFloat64);
            for (int u = 0; u < shifts; ++u) {
                const auto across = shiftedBothWays(picture, {reach, top, image.width(), rows + 2 * reach}, {u, 0});
                for (int v = 0; v < shifts; ++v) {
                    cv::Mat target(rows, image.width(), CV_64F,
                                   shifted[std::int64_t{v} * shifts + u].data_ptr<double>());
                    shiftedBothWays(across, {0, reach, image.width(), rows}, {0, v}).copyTo(target);
                }
            }
            innerProducts_.addmm_(shifted, shifted.t());
        }
    }
}

std::vector<double> BlurDistances::consecutive(std::span<const double> sigma) const {
    const auto differences = shiftWeights(sigma, kernelSide_).diff(1, 0);
    const auto distances = differences.mm(innerProducts_).mul_(differences).sum(1).clamp_min_(0.0).sqrt_();
    return {distances.data_ptr<double>(), distances.data_ptr<double>() + distances.numel()};
}

}  // namespace lamscope
