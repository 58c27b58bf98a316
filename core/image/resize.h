// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "image/image.h"

namespace lamscope {

// The two bicubic rules by which the super-resolution field makes its low-resolution images. Both use the cubic kernel
// of Keys with a = -0.5, widened when the image is reduced. They differ in the border and in the rounding. All
// functions are thread-safe and keep `file` of the image. Where a result is rounded to 8 bits, values are clamped to
// [0, 1]; NaN and minus infinity count as 0, plus infinity as 1.

/// Pillow's `image.resize((width, height), Image.BICUBIC)` on 8-bit values. The image is first rounded to 8 bits. Both
/// passes (rows first) use Pillow's 22-bit fixed-point weights and round to the levels n / 255. At the border, the
/// weights that fall inside the image are scaled to the sum 1. The authors of LAM made the low-resolution images of
/// their demonstration in this way. The result has bitDepth 8.
///
/// Throws Error(InvalidArgument) unless both sides are at least 1. Source: Pillow, src/libImaging/Resample.c.
[[nodiscard]] Image resizeBicubicPillow(const Image& image, int width, int height);

/// Divides both sides by `factor` (at least 1) by Pillow's rule. Throws Error(InvalidArgument) unless both sides are
/// multiples of `factor` (see Image::croppedToMultiple).
[[nodiscard]] Image reduceBicubicPillow(const Image& image, int factor);

/// How MATLAB's imresize continues an image beyond its border.
enum class MatlabBorder {
    Mirrored,  ///< mirrored with the edge pixel repeated: MATLAB today, and its ports to Python
    Repeated,  ///< the edge pixel repeated: older releases, which reduced Set5, Set14 and Urban100
};

/// MATLAB's `imresize(image, scale, 'bicubic')` on real values, in double precision, columns first. The sides become
/// ceil(scale * side). Below the scale 1 the kernel is widened by 1 / scale (antialiasing). The result is neither
/// rounded nor clamped, so that it can leave [0, 1] by a little. The result has bitDepth 32.
///
/// Throws Error(InvalidArgument) unless `scale` is finite and positive and the result's sides are at most 2^20. Source:
/// MATLAB's documentation of imresize and its kernel ('Antialiasing' on).
[[nodiscard]] Image resizeBicubicMatlab(const Image& image, double scale, MatlabBorder border = MatlabBorder::Mirrored);

/// Divides both sides by `factor` (at least 1) as MATLAB's imresize does on uint8: the image is rounded to 8 bits at
/// first, and rounded and clamped to 8 bits after each pass. With the default border, the results equal the
/// low-resolution images of the benchmark sets bit by bit. The result has bitDepth 8.
///
/// Throws Error(InvalidArgument) unless both sides are multiples of `factor` (see Image::croppedToMultiple).
[[nodiscard]] Image reduceBicubicMatlab(const Image& image, int factor, MatlabBorder border = MatlabBorder::Repeated);

/// Multiplies both sides by `factor` (at least 1) by MATLAB's present rule (mirrored border), neither rounded nor
/// clamped. Outputs of networks are compared with this enlargement. Throws Error(InvalidArgument) when `factor` is
/// below 1.
[[nodiscard]] Image enlargeBicubicMatlab(const Image& image, int factor);

}  // namespace lamscope
