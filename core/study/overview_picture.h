// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "image/image.h"
#include "report/lam_json.h"

namespace lamscope {

/// A quick look at a run as one picture, a row per network: HR (or the LR where HR is not known) with the patch's box,
/// SR with the box, the map on white with its colour bar, and the map over the SR half and half; name, DI, nodes and
/// completeness error in the row's title. Pixels are enlarged without smoothing. Map colours as in the paper's figures:
/// white to dark red (the upper half of matplotlib's "seismic").
///
/// Throws Error(InvalidArgument) when the document holds no result.
[[nodiscard]] Image drawOverview(const LamDocument& document);

}  // namespace lamscope
