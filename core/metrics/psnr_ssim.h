// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "image/image.h"

namespace lamscope {

/// The planes on which two images are compared.
enum class Channel {
    Y,    ///< the luma plane (see luma), the convention of the super-resolution benchmarks
    Rgb,  ///< the three colour planes
};

/// How close an image is to its original.
struct Quality {
    double psnr = 0.0;  ///< peak signal-to-noise ratio in dB for the peak 255; +infinity for equal planes
    double ssim = 0.0;  ///< structural similarity, at most 1; equal planes have 1
};

/// Compares a super-resolved image with the original, on values in units of 8-bit levels, computed in double.
///
/// `border` pixels are left out on each side (the benchmarks use the scale factor). PSNR: 10 log10(255^2 / MSE); for
/// Rgb, MSE is the mean over all three planes. SSIM: Gaussian window of 11 x 11 pixels and sigma 1.5, K1 = 0.01, K2 =
/// 0.03, L = 255, averaged over the positions where the window lies inside the plane; for Rgb, also averaged over the
/// planes. The images are not rounded: round them first (quantise8) to measure what a file would hold.
///
/// Throws Error(InvalidArgument) when the sizes differ, `border` is negative, fewer than 11 x 11 pixels remain, or a
/// value is not finite. Thread-safe. Source: Wang, Bovik, Sheikh, Simoncelli, Image Quality Assessment: From Error
/// Visibility to Structural Similarity, IEEE TIP 2004, and the authors' ssim_index.m without its downsampling.
[[nodiscard]] Quality compareImages(const Image& superResolved, const Image& original, Channel channel, int border);

/// The PSNR of compareImages() alone, over the whole images. Any size of at least one pixel is allowed.
[[nodiscard]] double peakSignalToNoise(const Image& superResolved, const Image& original, Channel channel);

}  // namespace lamscope
