// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/restoration/restoration_measures.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "base/error.h"

namespace lamscope {

namespace {

constexpr double highestLevel = 255.0;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

void checkSizes(const RealImage& first, const RealImage& second) {
    if (first.width != second.width || first.height != second.height) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("images of {}x{} and {}x{} pixels cannot be compared",
                                                            first.width, first.height, second.width, second.height));
    }
}

void checkSizes(const RealImage& degraded, const RealImage& clean, const RealImage& restored, const PixelMask& mask) {
    checkSizes(degraded, clean);
    checkSizes(degraded, restored);
    if (mask.width != degraded.width || mask.height != degraded.height) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("a mask of {}x{} pixels does not fit an image of {}x{}",
                                                            mask.width, mask.height, degraded.width, degraded.height));
    }
}

/// The mean over values that are in a set.
class Mean {
public:
    void add(double value) {
        sum_ += value;
        ++count_;
    }
    [[nodiscard]] double value() const { return count_ == 0 ? nan : sum_ / static_cast<double>(count_); }

private:
    double sum_ = 0.0;
    std::size_t count_ = 0;
};

double square(double value) {
    return value * value;
}

/// The values of images at a place, one colour of one pixel.
struct Place {
    double degraded;
    double clean;
    double restored;
    double restoredClean;
    bool inside;

    [[nodiscard]] double degradation() const { return degraded - clean; }
    [[nodiscard]] double removed() const { return degraded - restored; }
    [[nodiscard]] double left() const { return restored - clean; }
    [[nodiscard]] double transmitted() const { return restored - restoredClean; }
};

template <typename Visit>
void forEachPlace(const RealImage& degraded, const RealImage& clean, const RealImage& restored, const PixelMask& mask,
                  const RealImage* restoredClean, const Visit& visit) {
    const std::size_t pixels = mask.pixels.size();
    for (std::size_t i = 0; i < degraded.values.size(); ++i) {
        visit(Place{degraded.values[i], clean.values[i], restored.values[i],
                    restoredClean == nullptr ? nan : restoredClean->values[i], mask.pixels[i % pixels] != 0});
    }
}

/// The mean of a moment over the images for which it is defined.
std::optional<double> meanOf(std::span<const RestorationMoments> images, double RestorationMoments::*moment) {
    Mean mean;
    for (const auto& image : images) {
        if (!std::isnan(image.*moment)) {
            mean.add(image.*moment);
        }
    }
    return std::isnan(mean.value()) ? std::nullopt : std::optional(mean.value());
}

std::optional<double> rootOf(std::span<const RestorationMoments> images, double RestorationMoments::*moment) {
    const auto mean = meanOf(images, moment);
    return mean ? std::optional(std::sqrt(*mean)) : std::nullopt;
}

/// The ratio of two mean moments over the images that have both; unset where the second is 0.
std::optional<double> ratioOf(std::span<const RestorationMoments> images, double RestorationMoments::*moment,
                              double RestorationMoments::*by) {
    Mean upper;
    Mean lower;
    for (const auto& image : images) {
        if (!std::isnan(image.*moment) && !std::isnan(image.*by)) {
            upper.add(image.*moment);
            lower.add(image.*by);
        }
    }
    return lower.value() > 0.0 ? std::optional(upper.value() / lower.value()) : std::nullopt;
}

std::optional<double> psnrOf(std::span<const RestorationMoments> images) {
    Mean mean;
    for (const auto& image : images) {
        mean.add(-10.0 * std::log10(image.error));
    }
    return std::isfinite(mean.value()) ? std::optional(mean.value()) : std::nullopt;
}

}  // namespace

PixelMask layerMask(const RealImage& layer, double threshold, LayerSign sign) {
    PixelMask mask{.width = layer.width, .height = layer.height};
    mask.pixels.resize(layer.pixels());
    for (std::size_t i = 0; i < layer.values.size(); ++i) {
        // Levels of 8 bits are n / 255: 255 of these are n to the last digits.
        constexpr double rounding = 1e-9;
        const double level = layer.values[i] * highestLevel;
        if ((sign == LayerSign::Either ? std::abs(level) : level) > threshold + rounding) {
            mask.pixels[i % mask.pixels.size()] = 1;
        }
    }
    return mask;
}

double darkenedShare(const RealImage& layer) {
    constexpr double least = -2.0 / highestLevel - 1e-9;
    PixelMask darkened{.width = layer.width, .height = layer.height};
    darkened.pixels.resize(layer.pixels());
    for (std::size_t i = 0; i < layer.values.size(); ++i) {
        if (layer.values[i] < least) {
            darkened.pixels[i % darkened.pixels.size()] = 1;
        }
    }
    return darkened.share();
}

RestorationMoments restorationMoments(const RealImage& degraded, const RealImage& clean, const RealImage& restored,
                                      const PixelMask& mask, const RealImage* restoredClean) {
    checkSizes(degraded, clean, restored, mask);
    if (restoredClean != nullptr) {
        checkSizes(degraded, *restoredClean);
    }
    Mean changeInMask;
    Mean leftInMask;
    Mean spoiltOutside;
    Mean degradationInMask;
    Mean error;
    Mean degradation;
    Mean removed;
    Mean transmitted;
    Mean cleanChange;
    Mean degradationMean;  // over M, as those below
    Mean removedMean;
    Mean transmittedMean;
    forEachPlace(degraded, clean, restored, mask, restoredClean, [&](const Place& at) {
        if (at.inside) {
            changeInMask.add(square(at.removed()));
            leftInMask.add(square(at.left()));
            degradationInMask.add(square(at.degradation()));
            degradationMean.add(at.degradation());
            removedMean.add(at.removed());
            transmittedMean.add(at.transmitted());
        } else {
            spoiltOutside.add(square(at.left()));
        }
        error.add(square(at.left()));
        degradation.add(square(at.degradation()));
        removed.add(at.removed() * at.degradation());
        transmitted.add(at.transmitted() * at.degradation());
        cleanChange.add(square(at.restoredClean - at.clean));
    });
    // Deviations from the means, in a second pass: the difference of mean squares would lose half of the digits.
    Mean variance;
    Mean removedCovariance;
    Mean transmittedCovariance;
    forEachPlace(degraded, clean, restored, mask, restoredClean, [&](const Place& at) {
        if (at.inside) {
            const double deviation = at.degradation() - degradationMean.value();
            variance.add(square(deviation));
            removedCovariance.add((at.removed() - removedMean.value()) * deviation);
            transmittedCovariance.add((at.transmitted() - transmittedMean.value()) * deviation);
        }
    });
    const double share = mask.share();
    // Of an even layer rounding alone is left of the variance.
    constexpr double rounding = 1e-12;
    const bool isEven = !(variance.value() > rounding * degradationInMask.value());
    return {.changeInMask = changeInMask.value(),
            .leftInMask = leftInMask.value(),
            .spoiltOutside = share > largestMaskShare ? nan : spoiltOutside.value(),
            .degradationInMask = degradationInMask.value(),
            .error = error.value(),
            .degradation = degradation.value(),
            .removed = removed.value(),
            .removedCovariance = removedCovariance.value(),
            .degradationVariance = isEven ? nan : variance.value(),
            .transmitted = transmitted.value(),
            .transmittedCovariance = transmittedCovariance.value(),
            .cleanChange = cleanChange.value(),
            .maskShare = share};
}

RestorationMoments withoutTransmission(RestorationMoments moments) {
    moments.transmitted = nan;
    moments.transmittedCovariance = nan;
    return moments;
}

RestorationMeasures restorationMeasures(std::span<const RestorationMoments> images) {
    using Moments = RestorationMoments;
    return {.er = rootOf(images, &Moments::changeInMask),
            .eb = rootOf(images, &Moments::spoiltOutside),
            .residual = rootOf(images, &Moments::leftInMask),
            .removedProjection = ratioOf(images, &Moments::removed, &Moments::degradation),
            .removedSlope = ratioOf(images, &Moments::removedCovariance, &Moments::degradationVariance),
            .transmission = ratioOf(images, &Moments::transmitted, &Moments::degradation),
            .transmissionSlope = ratioOf(images, &Moments::transmittedCovariance, &Moments::degradationVariance),
            .cleanChange = rootOf(images, &Moments::cleanChange),
            .psnr = psnrOf(images),
            .rainRms = rootOf(images, &Moments::degradationInMask),
            .maskShare = meanOf(images, &Moments::maskShare).value_or(0.0)};
}

RestorationMaps restorationMaps(const RealImage& degraded, const RealImage& clean, const RealImage& restored,
                                const PixelMask& mask) {
    checkSizes(degraded, clean, restored, mask);
    const RealPlane empty{.width = mask.width, .height = mask.height, .values = std::vector(mask.pixels.size(), 0.0)};
    RestorationMaps maps{.removed = empty, .leftOver = empty, .background = empty};
    std::size_t i = 0;
    forEachPlace(degraded, clean, restored, mask, nullptr, [&](const Place& at) {
        const std::size_t pixel = i++ % mask.pixels.size();
        maps.removed.values[pixel] += at.removed() / Image::channels;
        (at.inside ? maps.leftOver : maps.background).values[pixel] += at.left() / Image::channels;
    });
    return maps;
}

std::span<const double> blurLineSigmas() {
    static constexpr std::array sigmas{0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0};
    return sigmas;
}

RestorationMoments blurMoments(const RealImage& degraded, const RealImage& clean, const PixelMask& mask, double sigma) {
    const auto restoredClean = blurred(clean, sigma);
    return restorationMoments(degraded, clean, blurred(degraded, sigma), mask, &restoredClean);
}

}  // namespace lamscope
