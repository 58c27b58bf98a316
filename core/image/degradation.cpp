// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/degradation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>
#include <opencv2/imgproc.hpp>

#include "base/error.h"
#include "base/portable_random.h"
#include "image/jpeg_loss.h"
#include "image/real_plane.h"

namespace lamscope {

namespace {

PortableRandom randomOf(std::string_view what, std::uint64_t seed, std::string_view stem) {
    return PortableRandom(fmt::format("{}/{}/{}", what, seed, stem));
}

RecipeNumber fixed(double value) {
    return {.low = value, .high = value};
}

double drawnReal(const RecipeNumber& number, const PortableRandom& random) {
    return number.low + random.uniform(0) * (number.high - number.low);
}

double drawnWhole(const RecipeNumber& number, const PortableRandom& random) {
    return number.low + std::floor(random.uniform(0) * (number.high - number.low + 1.0));
}

int sideOf(const Degradation::Blur& blur) {
    return blur.side.value_or(2 * static_cast<int>(std::ceil(3.0 * blur.sigma.high)) + 1);
}

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

void blurPlane(RealPlane& plane, const cv::Mat1d& weights) {
    const cv::Mat1d source(plane.height, plane.width, plane.values.data());
    std::vector<double> blurred(plane.values.size());
    cv::Mat1d target(plane.height, plane.width, blurred.data());
    try {
        cv::sepFilter2D(source, target, CV_64F, weights, weights, {-1, -1}, 0.0, cv::BORDER_REFLECT_101);
    } catch (const cv::Exception& exception) {
        throw Error(ErrorCode::OutOfMemory, fmt::format("a {}x{} image could not be blurred: {}; use a smaller image",
                                                        plane.width, plane.height, exception.err));
    }
    plane.values = std::move(blurred);
}

void addNoise(RealPlane& plane, double sigma, const PortableRandom& random, std::uint64_t first) {
    for (auto& value : plane.values) {
        value += sigma * random.normal(first++);
    }
}

}  // namespace

Degradation drawnFor(const Degradation& degradation, std::uint64_t seed, std::string_view stem) {
    Degradation drawn = degradation;
    if (drawn.blur) {
        drawn.blur->sigma = fixed(drawnReal(drawn.blur->sigma, randomOf("blur.sigma", seed, stem)));
    }
    if (drawn.noise) {
        drawn.noise = fixed(drawnReal(*drawn.noise, randomOf("noise.sigma", seed, stem)));
    }
    if (drawn.jpeg) {
        drawn.jpeg = fixed(drawnWhole(*drawn.jpeg, randomOf("jpeg.quality", seed, stem)));
    }
    return drawn;
}

int blurRadius(const Degradation& degradation) {
    return degradation.blur ? sideOf(*degradation.blur) / 2 : 0;
}

LowResolutionPair degrade(const Image& hr, int scale, Reduction reduction, const Degradation& degradation,
                          std::uint64_t seed) {
    const auto stem = std::filesystem::path(hr.file).stem().string();
    const auto drawn = drawnFor(degradation, seed, stem);
    LowResolutionPair pair;
    pair.hr = hr.croppedToMultiple(scale);
    pair.lr = Image(pair.hr.width() / scale, pair.hr.height() / scale);
    pair.lr.file = hr.file;
    const bool blurs = drawn.blur && drawn.blur->sigma.low > 0.0;
    const auto weights = blurs ? gaussianOf(drawn.blur->sigma.low, sideOf(*drawn.blur)) : cv::Mat1d();
    const auto noise = randomOf("noise", seed, stem);
    std::uint64_t done = 0;  // values of the channels before
    for (int channel = 0; channel < Image::channels; ++channel) {
        auto plane = realLevels(pair.hr, channel);
        if (blurs) {
            blurPlane(plane, weights);
        }
        if (scale > 1) {
            plane = reduceReal(plane, scale, reduction);
        }
        if (drawn.noise) {
            addNoise(plane, drawn.noise->low, noise, done);
        }
        takeLevels(pair.lr, channel, plane);
        done += plane.values.size();
    }
    if (drawn.jpeg) {
        pair.lr = withJpegLoss(pair.lr, static_cast<int>(drawn.jpeg->low));
    }
    return pair;
}

}  // namespace lamscope
