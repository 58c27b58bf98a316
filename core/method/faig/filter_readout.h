// SPDX-License-Identifier: GPL-3.0-or-later
// What masking does to pictures. All functions are thread-safe.
#pragma once

#include <optional>
#include <span>

#include "image/image.h"
#include "method/faig/faig_options.h"
#include "model/model_card.h"

namespace lamscope {

/// PSNR on RGB of an SR that is cut and rounded to 8 bits, dB; `border` pixels are left out on each side. Throws
/// Error(InvalidArgument) where the sizes differ or nothing is left.
[[nodiscard]] double psnrOfSr(const Image& sr, const Image& hr, int border);

/// (target − masked) / (target − baseline) of mean PSNRs: the share of what the fine-tuning gained on a degradation
/// that masking takes back. nullopt where the target is not better than the baseline.
[[nodiscard]] std::optional<double> gainLost(double target, double masked, double baseline);

/// The channel that gradients are taken of.
enum class GradientPlane {
    Luma,  ///< .299/.587/.114, rounded to 8 bits
    Blue,  ///< what the authors' "grey" is in truth
};

/// Official: blue, as the authors' code in truth does; none for a network of the Y channel. Exact: luma.
[[nodiscard]] std::optional<GradientPlane> gradientPlaneOf(FaigPreset preset, const ModelCard& target);

/// 1000 times the mean squared difference of the gradient magnitudes of two SR images: cut and rounded to 8 bits,
/// divided by 255, central differences without halving, zeros beyond the border, nothing cut off, √(gx² + gy² + 1e-6).
/// Throws Error(InvalidArgument) where the sizes differ.
[[nodiscard]] double gradientMse(const Image& sr, const Image& other, GradientPlane plane);

}  // namespace lamscope
