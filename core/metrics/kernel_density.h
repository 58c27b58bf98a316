// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

namespace lamscope {

/// The area of contribution: a Gaussian kernel density estimate of the pixel positions weighted by the map, evaluated
/// at every pixel and divided by its maximum. Map and result: `height` x `width`, row-major; result in [0, 1].
///
/// The kernel's covariance is that of the weighted positions, sum w (p - mean)(p - mean)^T / (1 - sum w^2) for weights
/// of sum 1, times the square of Scott's factor n_eff^(-1/6), n_eff = 1 / sum w^2: SciPy's gaussian_kde with weights.
/// On the grid the estimate is a convolution and is computed by FFT without wrap-around; it agrees with the direct sum
/// to 1e-10 of the maximum.
///
/// Throws Error(InvalidArgument) when the map's size is not `width` * `height`; when the map is empty, zero everywhere,
/// or holds a negative or non-finite value; when its mass lies in one pixel or on one straight line, for which the
/// covariance has no inverse; and when the map is too large for the transform. Throws Error(OutOfMemory). Thread-safe.
/// Source: Gu & Dong, CVPR 2021, figure "area of contribution"; Scott, Multivariate Density Estimation, 1992.
[[nodiscard]] std::vector<double> kernelDensity(std::span<const double> map, int width, int height);

/// kernelDensity() by its definition, a double sum over all pairs of pixels: the reference for tests and timings.
[[nodiscard]] std::vector<double> kernelDensityDirect(std::span<const double> map, int width, int height);

}  // namespace lamscope
