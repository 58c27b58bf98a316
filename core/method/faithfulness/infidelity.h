// SPDX-License-Identifier: GPL-3.0-or-later
// How well an attribution predicts what the detector loses when squares of the image are put back to the baseline: the
// infidelity of Yeh et al. (On the (In)fidelity and Sensitivity of Explanations, NeurIPS 2019). All functions are
// thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "image/image.h"

namespace lamscope {

/// The means are over the squares of which both numbers are finite. A member that is not defined is NaN.
struct Infidelity {
    int square = 0;                  ///< side, LR pixels
    int stride = 0;                  ///< from square to square, LR pixels
    std::int64_t perturbations = 0;  ///< squares that the means are over
    double value = 0.0;              ///< mean (p − δ)², D²
    double scaled = 0.0;     ///< mean (βp − δ)², β = Σpδ / Σp², which removes a factor of the attribution
    double zeroMap = 0.0;    ///< mean δ²: what a map of zeros would have
    double explained = 0.0;  ///< 1 − scaled / zeroMap, 0…1
};

/// @param predicted  p: sum of the attribution over each square. @param lost  δ: what the detector loses, the same
/// squares. Both in units of D. `square` and `stride` of the result are left 0.
[[nodiscard]] Infidelity infidelityOf(std::span<const double> predicted, std::span<const double> lost);

/// All squares of `side` pixels on a grid with that stride inside an image, row by row. Throws Error(InvalidArgument)
/// where the image is smaller than a square.
[[nodiscard]] std::vector<Rect> squaresOf(int width, int height, int side, int stride);

}  // namespace lamscope
