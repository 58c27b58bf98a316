// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "image/image.h"
#include "method/erf/erf_document.h"

namespace lamscope {

/// The maps of a document as one picture, a panel a network. Colours are log10 of a pixel's share of the map over four
/// decades, downwards from the largest share among the panels; what is below is black. Around the cell: the squares of
/// the thresholds, outlined, and, dashed, the square that the network can look at where that is known. Each title
/// states the side of the crop and the number of images. Enlarged pixels are not smoothed.
///
/// Throws Error(InvalidArgument) when the document holds no result, and as checkSides().
[[nodiscard]] Image drawErf(const ErfDocument& document);

}  // namespace lamscope
