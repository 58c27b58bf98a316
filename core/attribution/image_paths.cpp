// SPDX-License-Identifier: GPL-3.0-or-later
#include "attribution/image_paths.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include <ATen/Parallel.h>
#include <opencv2/imgproc.hpp>

#include "attribution/path_image.h"
#include "model/sr_model_implementation.h"
#include "torch_headers.h"

namespace lamscope {

namespace {

/// Added to every σ, so that the kernel of σ = 0 is defined (it is the unit impulse): as in the LAM authors' code.
constexpr double sigmaOffset = 1e-5;
constexpr int arcLengthCells = 128;
constexpr int cellsAtOnce = 8;
static_assert(arcLengthCells % cellsAtOnce == 0);

/// An image as three planes of float64, blurred by correlation with a sampled, normalised Gaussian; the border is
/// reflected without repeating the edge pixel.
class BlurrableImage {
public:
    explicit BlurrableImage(const Image& image)
        : window_(0, 0, image.width(), image.height()) {
        for (int channel = 0; channel < Image::channels; ++channel) {
            auto& plane = planes_.at(static_cast<std::size_t>(channel));
            plane.create(image.height(), image.width(), CV_64F);
            std::ranges::copy(image.plane(channel), plane.begin<double>());
        }
    }

    /// The same pixels seen through a window: what lies around it still takes part in a blur.
    [[nodiscard]] BlurrableImage cropped(const Rect& window) const {
        auto result = *this;
        result.window_ = {window_.x + window.x, window_.y + window.y, window.width, window.height};
        return result;
    }

    [[nodiscard]] int height() const { return window_.height; }
    [[nodiscard]] int width() const { return window_.width; }
    [[nodiscard]] std::size_t planeSize() const { return static_cast<std::size_t>(window_.area()); }
    [[nodiscard]] std::size_t size() const { return Image::channels * planeSize(); }

    /// Writes 3·h·w values.
    void blur(double sigma, int kernelSide, double* target) const {
        // The 2-D Gaussian normalised to sum 1 is the product of two normalised 1-D ones.
        cv::Mat kernel(kernelSide, 1, CV_64F);
        const double spread = sigma + sigmaOffset;
        const int centre = kernelSide / 2;
        for (int i = 0; i < kernelSide; ++i) {
            const double distance = i - centre;
            kernel.at<double>(i) = std::exp(-distance * distance / (2.0 * spread * spread));
        }
        kernel /= cv::sum(kernel)[0];
        for (const auto& plane : planes_) {
            cv::Mat result(height(), width(), CV_64F, target);
            // OpenCV reads beyond a part of a picture where the picture goes on.
            cv::sepFilter2D(plane(window_), result, CV_64F, kernel, kernel, cv::Point(-1, -1), 0.0,
                            cv::BORDER_REFLECT_101);
            target += planeSize();
        }
    }

    void copyTo(double* target) const {
        for (const auto& plane : planes_) {
            cv::Mat result(height(), width(), CV_64F, target);
            plane(window_).copyTo(result);
            target += planeSize();
        }
    }

private:
    std::array<cv::Mat, Image::channels> planes_;
    cv::Rect window_;
};

torch::Tensor makePoints(std::size_t count, const BlurrableImage& image) {
    return torch::empty({static_cast<std::int64_t>(count), Image::channels, image.height(), image.width()},
                        torch::kFloat64);
}

/// γ(α) = ω(σ − ασ) ⊗ I, the paper's Eq. 2.
class BlurPath final : public ImagePath {
public:
    BlurPath(BlurrableImage image, const LamOptions& options)
        : image_(std::move(image))
        , options_(options) {}

    [[nodiscard]] TensorList at(std::span<const double> alpha) const override {
        auto points = makePoints(alpha.size(), image_);
        auto* target = points.data_ptr<double>();
        at::parallel_for(0, static_cast<std::int64_t>(alpha.size()), 1, [&](std::int64_t begin, std::int64_t end) {
            for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
                image_.blur(blurSigma(options_, alpha[i]), options_.kernel, target + i * image_.size());
            }
        });
        return {points};
    }

    [[nodiscard]] std::shared_ptr<const ImagePath> cropped(const Rect& window) const override {
        return std::make_shared<const BlurPath>(image_.cropped(window), options_);
    }

private:
    BlurrableImage image_;
    LamOptions options_;
};

/// γ(α) = (1 − α)·I' + α·I with I' black or the blurred image.
class LinearPath final : public ImagePath {
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

    [[nodiscard]] std::shared_ptr<const ImagePath> cropped(const Rect& window) const override {
        const auto crop = [&](const torch::Tensor& whole) {
            return whole.narrow(2, window.y, window.height).narrow(3, window.x, window.width).contiguous();
        };
        return std::make_shared<const LinearPath>(crop(image_), crop(baseline_));
    }

    LinearPath(torch::Tensor image, torch::Tensor baseline)
        : image_(std::move(image))
        , baseline_(std::move(baseline)) {}

private:
    torch::Tensor image_;
    torch::Tensor baseline_;
};

class KeptPath final : public ImagePath {
public:
    KeptPath(std::shared_ptr<const ImagePath> path, std::int64_t limitBytes)
        : path_(std::move(path))
        , limitBytes_(limitBytes) {}

    [[nodiscard]] TensorList at(std::span<const double> alpha) const override {
        std::vector<torch::Tensor> points;
        for (const double a : alpha) {
            points.push_back(pointAt(a));
        }
        return {points.size() == 1 ? points.front() : at::cat(points)};
    }

    [[nodiscard]] std::shared_ptr<const ImagePath> cropped(const Rect& window) const override {
        return withKeptPoints(path_->cropped(window), limitBytes_);
    }

private:
    [[nodiscard]] torch::Tensor pointAt(double alpha) const {
        {
            const std::scoped_lock lock(mutex_);
            if (const auto found = kept_.find(alpha); found != kept_.end()) {
                return found->second;
            }
        }
        auto point = path_->at(std::span(&alpha, 1)).front();
        const auto bytes = static_cast<std::int64_t>(point.nbytes());
        const std::scoped_lock lock(mutex_);
        if (usedBytes_ + bytes <= limitBytes_ && kept_.emplace(alpha, point).second) {
            usedBytes_ += bytes;
        }
        return point;
    }

    std::shared_ptr<const ImagePath> path_;
    std::int64_t limitBytes_;
    mutable std::mutex mutex_;
    mutable std::map<double, torch::Tensor> kept_;  // by α
    mutable std::int64_t usedBytes_ = 0;
};

/// Euclidean distances between consecutive points.
std::vector<double> stepLengths(const TensorList& points) {
    std::vector<double> squared(static_cast<std::size_t>(points.front().size(0) - 1));
    at::parallel_for(0, static_cast<std::int64_t>(squared.size()), 1, [&](std::int64_t begin, std::int64_t end) {
        for (auto i = begin; i < end; ++i) {
            for (const auto& tensor : points) {
                squared[static_cast<std::size_t>(i)] += (tensor[i + 1] - tensor[i]).square_().sum().item<double>();
            }
        }
    });
    for (auto& value : squared) {
        value = std::sqrt(value);
    }
    return squared;
}

}  // namespace

std::shared_ptr<const ImagePath> makeImagePath(const Image& lr, const LamOptions& options) {
    if (options.path == PathKind::Blur) {
        return std::make_shared<const BlurPath>(BlurrableImage(lr), options);
    }
    return std::make_shared<const LinearPath>(lr, options);
}

std::shared_ptr<const ImagePath> withKeptPoints(std::shared_ptr<const ImagePath> path, std::int64_t limitBytes) {
    return std::make_shared<const KeptPath>(std::move(path), limitBytes);
}

Image pathImage(const Image& lr, const LamOptions& options, double alpha) {
    return toImage(makeImagePath(lr, options)->at(std::span(&alpha, 1)).front());
}

double blurSigma(const LamOptions& options, double alpha) {
    return options.sigma * (1.0 - alpha);
}

std::optional<ArcLength> measureArcLength(const Path& path, const std::stop_token& stop) {
    std::vector<double> cumulative{0.0};
    std::vector<double> alpha;
    for (int first = 0; first < arcLengthCells; first += cellsAtOnce) {
        if (stop.stop_requested()) {
            return std::nullopt;
        }
        alpha.clear();
        for (int i = first; i <= first + cellsAtOnce; ++i) {
            alpha.push_back(static_cast<double>(i) / arcLengthCells);
        }
        for (const double step : stepLengths(path.at(alpha))) {
            cumulative.push_back(cumulative.back() + step);
        }
    }
    return ArcLength(std::move(cumulative));
}

}  // namespace lamscope
