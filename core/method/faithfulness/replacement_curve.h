// SPDX-License-Identifier: GPL-3.0-or-later
// Insertion and deletion curves (Petsiuk, Das and Saenko, RISE, BMVC 2018) of a detector, and the numbers that describe
// them. All functions are thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "method/faithfulness/pixel_orders.h"

namespace lamscope {

enum class Replacement {
    Insertion,  ///< pixels of the image are put into the baseline
    Deletion,   ///< pixels of the baseline are put into the image
};

[[nodiscard]] std::string_view toString(Replacement replacement);

/// The detector at both ends of the path.
struct DetectorEnds {
    double image = 0.0;     ///< D(F(I))
    double baseline = 0.0;  ///< D(F(I'))

    /// False where ΔD is below 1e-6 of the larger end, or not finite: then d = (D − D(F(I'))) / ΔD says nothing.
    [[nodiscard]] bool differ() const;
};

/// What becomes of the detector while pixels are replaced one after the other. Members that are not known are NaN.
struct ReplacementCurve {
    PixelOrder order = PixelOrder::Map;
    std::optional<int> seed{};  ///< number of the random order
    Replacement kind = Replacement::Insertion;
    std::vector<std::int64_t> pixels{};  ///< replaced LR pixels, one a step, ascending from 0 to all
    std::vector<double> fraction{};      ///< the same as a share of all, 0…1
    std::vector<double> detector{};      ///< D of the mixed image's SR; fewer than steps while the curve is measured
    std::vector<double> psnr{};          ///< of the patch, RGB, clipped to [0, 1], dB; empty where HR is not known
    // Of d. Set once the curve is complete.
    double auc = 0.0;  ///< area under d over the fraction, trapezoids; NaN also where D is not finite at a step
    double halfFraction = 0.0;  ///< the first fraction with d ≥ ½ inserting, ≤ ½ deleting, linear between steps
    double overshoot = 0.0;     ///< the largest d minus 1

    [[nodiscard]] bool complete() const { return detector.size() == pixels.size(); }
};

/// Sets the numbers of a curve.
void summarise(ReplacementCurve& curve, const DetectorEnds& ends);

/// Mean and standard deviation (n − 1) of the numbers of random orders; NaN where one is not defined, and the deviation
/// of one alone.
struct RandomSpread {
    double aucMean = 0.0;
    double aucSd = 0.0;
    double halfMean = 0.0;
    double halfSd = 0.0;
};

/// Of the complete random curves of that kind.
[[nodiscard]] RandomSpread spreadOf(std::span<const ReplacementCurve> curves, Replacement kind);

}  // namespace lamscope
