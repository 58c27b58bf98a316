// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "image/image.h"
#include "report/lam_json.h"

namespace lamscope {

/// One picture that gives an overview of a run, a row per network: the HR image (the LR image if HR is not known) with
/// the patch's box; the SR image with the box; the map on white with its colour bar; the map over the SR image, half
/// and half. The row's title states name, DI, nodes and completeness error. Enlarged pixels are not smoothed. The map's
/// colours are those of the paper's figures: white to dark red (the upper half of matplotlib's "seismic").
///
/// Throws Error(InvalidArgument) when the document holds no result.
[[nodiscard]] Image drawOverview(const LamDocument& document);

}  // namespace lamscope
