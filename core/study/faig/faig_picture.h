// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "image/image.h"
#include "method/faig/faig_document.h"

namespace lamscope {

/// A sheet: the map of all filters (a column a layer, cells out x in, binned where they are smaller than a pixel; red:
/// more for the one degradation, blue: more for the other), above it how many of the top filters each layer holds, and
/// the masking curve with the target's and the baseline's PSNR. Throws Error(InvalidArgument) for a document without
/// scores.
[[nodiscard]] Image drawFaig(const FaigDocument& document);

}  // namespace lamscope
