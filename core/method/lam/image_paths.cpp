// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/image_paths.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include <ATen/Parallel.h>
#include <fmt/format.h>

#include "base/error.h"
#include "method/lam/blurrable_image.h"
#include "method/lam/path_image.h"
#include "model/sr_model_implementation.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

constexpr std::size_t arcLengthCells = 1000;
/// Between two looks at the stop token, and path images at once, where distances take whole blurs.
constexpr std::size_t cellsAtOnce = 8;
static_assert(arcLengthCells % cellsAtOnce == 0);

torch::Tensor makePoints(std::size_t count, const BlurrableImage& image) {
    return torch::empty({static_cast<std::int64_t>(count), Image::channels, image.height(), image.width()},
                        torch::kFloat64);
}

/// Euclidean distances between consecutive points of a path, from the points, a few at a time.
std::vector<double> distancesOfPoints(const Path& path, std::span<const double> alpha) {
    std::vector<double> result;
    for (std::size_t first = 0; first + 1 < alpha.size(); first += cellsAtOnce) {
        const auto points = path.at(alpha.subspan(first, std::min(alpha.size() - first, cellsAtOnce + 1))).front();
        for (std::int64_t i = 1; i < points.size(0); ++i) {
            result.push_back((points[i] - points[i - 1]).norm().item<double>());
        }
    }
    return result;
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
        const auto planes = static_cast<std::int64_t>(alpha.size()) * Image::channels;
        at::parallel_for(0, planes, 1, [&](std::int64_t begin, std::int64_t end) {
            for (auto plane = begin; plane < end; ++plane) {
                const double sigma = blurSigma(options_, alpha[static_cast<std::size_t>(plane / Image::channels)]);
                image_.blur(static_cast<int>(plane % Image::channels), sigma, options_.kernel,
                            target + static_cast<std::size_t>(plane) * image_.planeSize());
            }
        });
        return {points};
    }

    [[nodiscard]] std::vector<double> distances(std::span<const double> alpha) const override {
        if (!BlurDistances::serves(options_.kernel)) {
            return distancesOfPoints(*this, alpha);
        }
        std::call_once(measured_, [this] { blurDistances_.emplace(image_, options_.kernel); });
        std::vector<double> sigma;
        std::ranges::transform(alpha, std::back_inserter(sigma), [this](double a) { return blurSigma(options_, a); });
        return blurDistances_->consecutive(sigma);
    }

    [[nodiscard]] std::shared_ptr<const ImagePath> cropped(const Rect& window) const override {
        return std::make_shared<const BlurPath>(image_.cropped(window), options_);
    }

private:
    BlurrableImage image_;
    LamOptions options_;
    mutable std::once_flag measured_;
    mutable std::optional<BlurDistances> blurDistances_;
};

/// γ(α) = (1 − α)·I' + α·I with I' black, the blurred image or the clean one.
class LinearPath final : public ImagePath {
public:
    LinearPath(const Image& lr, const LamOptions& options, const Image& clean) {
        const BlurrableImage image(lr);
        image_ = makePoints(1, image);
        image.copyTo(image_.data_ptr<double>());
        baseline_ = torch::zeros_like(image_);
        if (options.path == PathKind::Rain) {
            BlurrableImage(clean).copyTo(baseline_.data_ptr<double>());
        } else if (options.path == PathKind::BlurredLinear) {
            for (int channel = 0; channel < Image::channels; ++channel) {
                image.blur(channel, options.sigma, options.kernel, baseline_[0][channel].data_ptr<double>());
            }
        }
    }

    [[nodiscard]] TensorList at(std::span<const double> alpha) const override {
        const auto weights =
            torch::tensor(std::vector<double>(alpha.begin(), alpha.end()), torch::kFloat64).view({-1, 1, 1, 1});
        return {baseline_ * (1.0 - weights) + image_ * weights};
    }

    [[nodiscard]] std::vector<double> distances(std::span<const double> alpha) const override {
        std::call_once(measured_, [this] { length_ = (image_ - baseline_).norm().item<double>(); });
        std::vector<double> result;
        for (std::size_t i = 1; i < alpha.size(); ++i) {
            result.push_back(std::abs(alpha[i] - alpha[i - 1]) * length_);
        }
        return result;
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
    mutable std::once_flag measured_;
    mutable double length_ = 0.0;
};

class KeptPath final : public ImagePath {
public:
    KeptPath(std::shared_ptr<const ImagePath> path, std::int64_t limitBytes)
        : path_(std::move(path))
        , limitBytes_(limitBytes) {}

    [[nodiscard]] TensorList at(std::span<const double> alpha) const override {
        std::vector<torch::Tensor> points(alpha.size());
        std::vector<std::size_t> missing;
        std::vector<double> missingAlpha;
        {
            const std::scoped_lock lock(mutex_);
            for (std::size_t i = 0; i < alpha.size(); ++i) {
                if (const auto found = kept_.find(alpha[i]); found != kept_.end()) {
                    points[i] = found->second;
                } else {
                    missing.push_back(i);
                    missingAlpha.push_back(alpha[i]);
                }
            }
        }
        if (!missing.empty()) {
            // Together: the path makes them in parallel.
            const auto made = path_->at(missingAlpha).front();
            for (std::size_t i = 0; i < missing.size(); ++i) {
                points[missing[i]] = made.narrow(0, static_cast<std::int64_t>(i), 1);
                keep(missingAlpha[i], points[missing[i]]);
            }
        }
        return {points.size() == 1 ? points.front() : at::cat(points)};
    }

    [[nodiscard]] std::vector<double> distances(std::span<const double> alpha) const override {
        return path_->distances(alpha);
    }

    [[nodiscard]] std::shared_ptr<const ImagePath> cropped(const Rect& window) const override {
        return withKeptPoints(path_->cropped(window), limitBytes_);
    }

private:
    void keep(double alpha, const torch::Tensor& point) const {
        const auto bytes = static_cast<std::int64_t>(point.nbytes());
        const std::scoped_lock lock(mutex_);
        if (usedBytes_ + bytes <= limitBytes_ && !kept_.contains(alpha)) {
            kept_.emplace(alpha, point.clone());  // a slice would keep all that were made with it
            usedBytes_ += bytes;
        }
    }

    std::shared_ptr<const ImagePath> path_;
    std::int64_t limitBytes_;
    mutable std::mutex mutex_;
    mutable std::map<double, torch::Tensor> kept_;  // by α
    mutable std::int64_t usedBytes_ = 0;
};

}  // namespace

std::shared_ptr<const ImagePath> makeImagePath(const Image& lr, const LamOptions& options, const Image& clean) {
    if (options.path == PathKind::Blur) {
        return std::make_shared<const BlurPath>(BlurrableImage(lr), options);
    }
    if (options.path == PathKind::Rain && (clean.width() != lr.width() || clean.height() != lr.height())) {
        throw Error(
            ErrorCode::InvalidArgument,
            fmt::format("the path rain begins with the clean image of {}x{} pixels, found {}", lr.width(), lr.height(),
                        clean.empty() ? "none" : fmt::format("{}x{}", clean.width(), clean.height())));
    }
    return std::make_shared<const LinearPath>(lr, options, clean);
}

std::shared_ptr<const ImagePath> withKeptPoints(std::shared_ptr<const ImagePath> path, std::int64_t limitBytes) {
    return std::make_shared<const KeptPath>(std::move(path), limitBytes);
}

Image pathImage(const Image& lr, const Image& clean, const LamOptions& options, double alpha) {
    return toImage(makeImagePath(lr, options, clean)->at(std::span(&alpha, 1)).front());
}

double blurSigma(const LamOptions& options, double alpha) {
    return options.sigma * (1.0 - alpha);
}

std::optional<ArcLength> measureArcLength(const ImagePath& path, const std::stop_token& stop) {
    std::vector<double> cumulative{0.0};
    std::vector<double> alpha;
    for (std::size_t first = 0; first < arcLengthCells; first += cellsAtOnce) {
        if (stop.stop_requested()) {
            return std::nullopt;
        }
        alpha.clear();
        for (std::size_t i = first; i <= first + cellsAtOnce; ++i) {
            alpha.push_back(static_cast<double>(i) / static_cast<double>(arcLengthCells));
        }
        for (const double step : path.distances(alpha)) {
            cumulative.push_back(cumulative.back() + step);
        }
    }
    return ArcLength(std::move(cumulative));
}

}  // namespace lamscope
