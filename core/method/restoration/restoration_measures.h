// SPDX-License-Identifier: GPL-3.0-or-later
// What a restoration network removes and what it spoils, measured apart: rain removal and background reconstruction of
// Gu et al. (arXiv 2305.15134), and the transmission of what was added, which tells removal from blur.
//
// B is the clean image, O the degraded one, D = O - B what arrived of the degradation, P the restored image; all RGB on
// [0, 1]. M is the mask of the pixels that rain touches.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "image/pixel_mask.h"
#include "image/real_plane.h"
#include "method/restoration/real_image.h"

namespace lamscope {

/// Which values of a layer count as touched.
enum class LayerSign {
    Added,   ///< above the threshold: rain only brightens
    Either,  ///< further from 0 than the threshold: noise and blur
};

/// The pixels that a layer touches: where any colour passes the threshold.
/// @param layer  what was added, on the [0, 1] scale. @param threshold  levels of 0 to 255, at least 0.
[[nodiscard]] PixelMask layerMask(const RealImage& layer, double threshold, LayerSign sign = LayerSign::Added);

/// The share of pixels of which a colour is below -2/255: what was added does not only brighten.
[[nodiscard]] double darkenedShare(const RealImage& layer);
/// More than this share of a layer's pixels darkened, and it is no rain that was added.
inline constexpr double mostDarkened = 0.01;

/// A mask of a larger share leaves too little background for E_B.
inline constexpr double largestMaskShare = 0.95;

/// Mean squares and products of one image, from which the measures of a set of images follow. Over all colours; NaN
/// where a set of pixels is empty.
struct RestorationMoments {
    double changeInMask;           ///< of P - O over M
    double leftInMask;             ///< of P - B over M
    double spoiltOutside;          ///< of P - B outside M; NaN where M is larger than largestMaskShare
    double degradationInMask;      ///< of D over M
    double error;                  ///< of P - B over the image
    double degradation;            ///< of D over the image
    double removed;                ///< (O - P) D over the image
    double removedCovariance;      ///< of O - P with D over M
    double degradationVariance;    ///< of D over M
    double transmitted;            ///< (f(O) - f(B)) D over the image; NaN where f(B) is not known
    double transmittedCovariance;  ///< of f(O) - f(B) with D over M; the same
    double cleanChange;            ///< of f(B) - B over the image; the same
    double maskShare;
};

/// @param restoredClean  f(B); null where it is not known.
/// All of one size. Throws Error(InvalidArgument) otherwise. Thread-safe.
[[nodiscard]] RestorationMoments restorationMoments(const RealImage& degraded, const RealImage& clean,
                                                    const RealImage& restored, const PixelMask& mask,
                                                    const RealImage* restoredClean = nullptr);

/// The same where D is not the degradation alone, so that nothing can be said of its transmission.
[[nodiscard]] RestorationMoments withoutTransmission(RestorationMoments moments);

/// The measures of one image or a set. On the [0, 1] scale, PSNR in dB; unset where not defined.
struct RestorationMeasures {
    std::optional<double> er{};                 ///< E_R, RMS of P - O over M: larger is more removed; any change counts
    std::optional<double> eb{};                 ///< E_B, RMS of P - B outside M: smaller keeps the background better
    std::optional<double> residual{};           ///< RMS of P - B over M: rain that is left, and damage below it
    std::optional<double> removedProjection{};  ///< <O - P, D> / <D, D>: 0 for a copy, 1 for the clean image
    std::optional<double> removedSlope{};       ///< slope of the line through O - P over D, over M: an offset drops out
    std::optional<double> transmission{};       ///< τ = <f(O) - f(B), D> / <D, D>: 1 for a copy, 0 for the clean image
    std::optional<double> transmissionSlope{};  ///< the same as a slope, over M
    std::optional<double> cleanChange{};        ///< RMS of f(B) - B: what the network does to a clean image
    std::optional<double> psnr{};               ///< of P and B, all colours; unset for equal images
    std::optional<double> rainRms{};            ///< RMS of D over M: E_R of the clean image
    double maskShare = 0.0;                     ///< of the pixels that are in M, 0…1
};

/// Of a set of images: squares, products and variances are averaged over the images, each image with equal weight,
/// before roots and ratios are taken; PSNR is averaged itself. An image for which a moment is not defined does not
/// count there.
[[nodiscard]] RestorationMeasures restorationMeasures(std::span<const RestorationMoments> images);

/// Where a restoration changes an image: means over the colours, signed, on the scale of [0, 1].
struct RestorationMaps {
    RealPlane removed;     ///< O - P
    RealPlane leftOver;    ///< P - B inside the mask, 0 outside
    RealPlane background;  ///< P - B outside the mask, 0 inside
};

/// Throws as restorationMoments(). Thread-safe.
[[nodiscard]] RestorationMaps restorationMaps(const RealImage& degraded, const RealImage& clean,
                                              const RealImage& restored, const PixelMask& mask);

/// The widths σ of the blurs that networks are compared with, in pixels, ascending; the first is 0: a copy.
[[nodiscard]] std::span<const double> blurLineSigmas();

/// The moments of a Gaussian blur in place of a network: P is the blurred O, f(B) the blurred B. A network whose
/// transmission is no lower than that of a blur with the same E_B smooths, and does not remove rain.
[[nodiscard]] RestorationMoments blurMoments(const RealImage& degraded, const RealImage& clean, const PixelMask& mask,
                                             double sigma);

}  // namespace lamscope
