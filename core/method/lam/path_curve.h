// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "method/lam/lam.h"

namespace lamscope {

/// A quantity along a path: at its nodes, and at both ends.
struct PathCurve {
    std::vector<double> alpha;   ///< ascending, from 0 to 1
    std::vector<double> values;  ///< as many
};

/// `values` at the nodes of a result, with the values at α = 0 and at α = 1. A node that lies on an end keeps its own
/// value. Empty if there are no nodes.
[[nodiscard]] PathCurve withEnds(const LamCurves& curves, const std::vector<double>& values, double atBaseline,
                                 double atImage);

/// D(F(γ(α))), from the baseline's value to the image's, which it has from where the path rests.
[[nodiscard]] PathCurve detectorCurve(const LamResult& result);
/// The attribution summed from 0 to α: from 0 to Σ attribution.
[[nodiscard]] PathCurve cumulativeCurve(const LamResult& result);

}  // namespace lamscope
