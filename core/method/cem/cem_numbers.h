// SPDX-License-Identifier: GPL-3.0-or-later
// The numbers of causal effect maps. All functions are thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "image/image.h"
#include "scene/geometry.h"

namespace lamscope {

/// 20 log10(255 / sqrt(mse)), dB; infinite for 0. @param mse in squared 8-bit levels.
[[nodiscard]] double psnrOfLevels(double mse);

/// The PSNR of a region (SR pixels) as causal effect maps define it, dB: RGB, SR clipped to [0, 1], times 255 and
/// rounded half to even, against HR rounded to 8 bits. NaN where SR is not finite. Throws Error(InvalidArgument) for
/// images of different sizes or a region outside them.
[[nodiscard]] double regionPsnr(const Image& sr, const Image& hr, const Patch& region);

/// What replacing a block does, over its draws.
struct CemEstimate {
    double effect = 0.0;  ///< mean of P(image) − P(draw), dB: positive where the true content helps; NaN without draws
    double standardError = 0.0;  ///< s / sqrt(n), s with n − 1; NaN for fewer than two draws
    int draws = 0;               ///< n, the finite ones
};

/// @param origin P(image), dB. @param psnr P of each draw, dB; those that are not finite do not count.
[[nodiscard]] CemEstimate cemEstimate(double origin, std::span<const double> psnr);

/// t₀.₉₇₅ of Student's distribution with draws − 1 degrees of freedom. @param draws at least 2.
[[nodiscard]] double studentQuantile(int draws);

/// Whether the sign of an effect is certain: |effect| > studentQuantile(draws) standard errors. A chance of 5 % remains
/// for each block. False for an effect of 0 and where there is no error.
[[nodiscard]] bool hasCertainSign(double effect, double standardError, int draws);

/// Of the blocks outside of the region of interest.
struct CemCounts {
    int negative = 0;
    int positive = 0;
    int zero = 0;
    int certainNegative = 0;
    int certainPositive = 0;
    double minimum = 0.0;  ///< dB; NaN where there is no block
    double maximum = 0.0;  ///< dB

    /// dB
    [[nodiscard]] double range() const { return maximum - minimum; }
    friend bool operator==(const CemCounts&, const CemCounts&) = default;
};

/// A block of a map.
struct CemBlock {
    double effect = 0.0;  ///< dB, 0 below the tolerance; NaN where it is not known
    /// dB; NaN where the effect is 0 by construction or has no error
    double standardError = 0.0;
    int draws = 0;  ///< that the effect is over; 0 for a block that was not evaluated

    [[nodiscard]] bool isCertain() const { return hasCertainSign(effect, standardError, draws); }
    friend bool operator==(const CemBlock&, const CemBlock&) = default;
};

/// @param blocks row-major, of `columns` a row. @param inside columns and rows that are left out.
[[nodiscard]] CemCounts cemCounts(std::span<const CemBlock> blocks, int columns, const Rect& inside);

/// Negative, positive, zero as the published scripts count: those of `inside` as positive.
[[nodiscard]] std::array<int, 3> officialCounts(std::span<const CemBlock> blocks, int columns, const Rect& inside);

/// Where an effect stands on the published scale of colours, -1…1: sign(e) · (min(|e|, limit) / limit)^(1/1.2).
/// @param limit dB: 2.5 for super-resolution, 1 for denoising, 2 for deraining.
[[nodiscard]] double shownEffect(double effect, double limit);

}  // namespace lamscope
