// SPDX-License-Identifier: GPL-3.0-or-later
#include "attribution/image_paths.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include <opencv2/imgproc.hpp>
#include <torch/torch.h>

#include "attribution/path_image.h"
#include "model/sr_model_implementation.h"

namespace lamscope {

namespace {

/// Added to every σ, so that the kernel of σ = 0 is defined (it is the unit impulse): as in the LAM authors' code.
constexpr double sigmaOffset = 1e-5;
constexpr int arcLengthCells = 128;

/// An image as three planes of float64, blurred by correlation with a sampled, normalised Gaussian; the border is
/// reflected without repeating the edge pixel.
class BlurrableImage {
public:
    explicit BlurrableImage(const Image& image) {
        for (int channel = 0; channel < Image::channels; ++channel) {
            auto& plane = planes_.at(static_cast<std::size_t>(channel));
            plane.create(image.height(), image.width(), CV_64F);
            std::ranges::copy(image.plane(channel), plane.begin<double>());
        }
    }

    [[nodiscard]] int height() const { return planes_[0].rows; }
    [[nodiscard]] int width() const { return planes_[0].cols; }
    [[nodiscard]] std::size_t size() const { return Image::channels * planes_[0].total(); }

    /// Writes 3·h·w values.
    void blur(double sigma, int kernelSide, double* target) const {
        // The 2-D Gaussian normalised to sum 1 is the product of two normalised 1-D ones.
        cv::Mat kernel(kernelSide, 1, CV_64F);
        const double width = sigma + sigmaOffset;
        const int centre = kernelSide / 2;
        for (int i = 0; i < kernelSide; ++i) {
            const double distance = i - centre;
            kernel.at<double>(i) = std::exp(-distance * distance / (2.0 * width * width));
        }
        kernel /= cv::sum(kernel)[0];
        for (const auto& plane : planes_) {
            cv::Mat result(plane.rows, plane.cols, CV_64F, target);
            cv::sepFilter2D(plane, result, CV_64F, kernel, kernel, cv::Point(-1, -1), 0.0, cv::BORDER_REFLECT_101);
            target += plane.total();
        }
    }

    void copyTo(double* target) const {
        for (const auto& plane : planes_) {
            target = std::copy(plane.begin<double>(), plane.end<double>(), target);
        }
    }

private:
    std::array<cv::Mat, Image::channels> planes_;
};

torch::Tensor makePoints(std::size_t count, const BlurrableImage& image) {
    return torch::empty({static_cast<std::int64_t>(count), Image::channels, image.height(), image.width()},
                        torch::kFloat64);
}

/// γ(α) = ω(σ − ασ) ⊗ I, the paper's Eq. 2.
class BlurPath final : public Path {
public:
    BlurPath(const Image& lr, const LamOptions& options)
        : image_(lr)
        , options_(options) {}

    [[nodiscard]] TensorList at(std::span<const double> alpha) const override {
        auto points = makePoints(alpha.size(), image_);
        auto* target = points.data_ptr<double>();
        for (const double a : alpha) {
            image_.blur(blurSigma(options_, a), options_.kernel, target);
            target += image_.size();
        }
        return {points};
    }

private:
    BlurrableImage image_;
    LamOptions options_;
};

/// γ(α) = (1 − α)·I' + α·I with I' black or the blurred image.
class LinearPath final : public Path {
public:
    LinearPath(const Image& lr, const LamOptions& options) {
        const BlurrableImage image(lr);
        image_ = makePoints(1, image);
        image.copyTo(image_.data_ptr<double>());
        if (options.path == PathKind::Black) {
            baseline_ = torch::zeros_like(image_);
        } else {
            baseline_ = torch::empty_like(image_);
            image.blur(options.sigma, options.kernel, baseline_.data_ptr<double>());
        }
    }

    [[nodiscard]] TensorList at(std::span<const double> alpha) const override {
        const auto weights =
            torch::tensor(std::vector<double>(alpha.begin(), alpha.end()), torch::kFloat64).view({-1, 1, 1, 1});
        return {baseline_ * (1.0 - weights) + image_ * weights};
    }

private:
    torch::Tensor image_;
    torch::Tensor baseline_;
};

}  // namespace

std::unique_ptr<Path> makeImagePath(const Image& lr, const LamOptions& options) {
    if (options.path == PathKind::Blur) {
        return std::make_unique<BlurPath>(lr, options);
    }
    return std::make_unique<LinearPath>(lr, options);
}

Image pathImage(const Image& lr, const LamOptions& options, double alpha) {
    return toImage(makeImagePath(lr, options)->at(std::span(&alpha, 1)).front());
}

double blurSigma(const LamOptions& options, double alpha) {
    return options.sigma * (1.0 - alpha);
}

std::optional<ArcLength> measureArcLength(const Path& path, const std::stop_token& stop) {
    std::vector<double> cumulative{0.0};
    const std::array start{0.0};
    auto previous = path.at(start);
    for (int i = 1; i <= arcLengthCells; ++i) {
        if (stop.stop_requested()) {
            return std::nullopt;
        }
        const std::array alpha{static_cast<double>(i) / arcLengthCells};
        auto next = path.at(alpha);
        double squared = 0.0;
        for (std::size_t t = 0; t < next.size(); ++t) {
            squared += (next[t] - previous[t]).square().sum().item<double>();
        }
        cumulative.push_back(cumulative.back() + std::sqrt(squared));
        previous = std::move(next);
    }
    return ArcLength(std::move(cumulative));
}

}  // namespace lamscope
