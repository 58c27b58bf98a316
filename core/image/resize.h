// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "image/image.h"

namespace lamscope {

// The two bicubic rules by which the super-resolution field makes its low-resolution images. Both use the cubic kernel
// of Keys with a = -0.5, widened when the image is reduced; they differ in the border and in the rounding. All
// functions are thread-safe and keep `file` of the image. Values outside [0, 1] are clamped where a result is rounded
// to 8 bits, and non-finite values count as 0 there.

/// Pillow's `image.resize((width, height), Image.BICUBIC)` on 8-bit values: the image is rounded to 8 bits first, both
/// passes (rows first) use Pillow's 22-bit fixed-point weights, and the result is on the grid of 8 bits (n / 255) after
/// either pass. At the border the weights that fall inside the image are renormalised. This is how the authors of LAM
/// made the low-resolution images of their demonstration. The result has bitDepth 8.
///
/// Throws Error(InvalidArgument) unless both sides are at least 1. Source: Pillow, src/libImaging/Resample.c.
[[nodiscard]] Image resizeBicubicPillow(const Image& image, int width, int height);

/// Both sides divided by `factor` (at least 1) with Pillow's rule. Throws Error(InvalidArgument) unless both sides are
/// multiples of `factor` (see Image::croppedToMultiple).
[[nodiscard]] Image reduceBicubicPillow(const Image& image, int factor);

/// How MATLAB's imresize continues an image beyond its border.
enum class MatlabBorder {
    Mirrored,  ///< mirrored with the edge pixel repeated: MATLAB today, and its ports to Python
    Repeated,  ///< the edge pixel repeated: older releases, by which Set5, Set14 and Urban100 were reduced
};

/// MATLAB's `imresize(image, scale, 'bicubic')` on real values: sides ceil(scale * side), antialiased when `scale` is
/// below 1 (the kernel is widened by 1 / scale), columns first, in double precision. The result is neither rounded nor
/// clamped: it can leave [0, 1] by a little. It has bitDepth 32.
///
/// Throws Error(InvalidArgument) unless `scale` is finite and positive and the result's sides are at most 2^20. Source:
/// MATLAB's documentation of imresize and its kernel ('Antialiasing' on).
[[nodiscard]] Image resizeBicubicMatlab(const Image& image, double scale, MatlabBorder border = MatlabBorder::Mirrored);

/// Both sides divided by `factor` (at least 1) as MATLAB's imresize does on uint8: the image is rounded to 8 bits, and
/// rounded and clamped to 8 bits again after either pass. With the default border this reproduces the low-resolution
/// images of the benchmark sets bit by bit. The result has bitDepth 8.
///
/// Throws Error(InvalidArgument) unless both sides are multiples of `factor` (see Image::croppedToMultiple).
[[nodiscard]] Image reduceBicubicMatlab(const Image& image, int factor, MatlabBorder border = MatlabBorder::Repeated);

/// Both sides multiplied by `factor` (at least 1) with MATLAB's rule of today (mirrored border), neither rounded nor
/// clamped: what a network's output is compared with. Throws Error(InvalidArgument) when `factor` is below 1.
[[nodiscard]] Image enlargeBicubicMatlab(const Image& image, int factor);

}  // namespace lamscope
