// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "method/lam/lam.h"

namespace lamscope {

/// The attribution of each LR pixel with its sign: Σ over RGB, context.height x context.width, in units of D.
[[nodiscard]] std::vector<double> signedMap(const LamResult& result);

/// How alike two maps of one patch are: Pearson's correlation coefficients, -1...1.
struct MapCorrelation {
    double signedMaps = 0.0;
    double unsignedMaps = 0.0;  ///< of LamResult::map
};

/// Nullopt where a map vanishes (what is left of it is rounding), is the same everywhere, or is not finite. Throws
/// Error(InvalidArgument) where the contexts differ in size.
[[nodiscard]] std::optional<MapCorrelation> correlationOf(const LamResult& first, const LamResult& second);

}  // namespace lamscope
