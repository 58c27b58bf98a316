// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "image/image.h"
#include "method/faig/faig_document.h"

namespace lamscope {

/// A sheet: the map of all filters (a column a layer, cells out x in, binned where they are smaller than a pixel; red:
/// more for the one degradation, blue: more for the other), above it how many of the top filters each layer holds, and
/// the masking curve with the target's and the baseline's PSNR. Throws Error(InvalidArgument) for a document without
/// scores. @param percent the share of all filters that are the top ones; unset: the first that the document masks.
[[nodiscard]] Image drawFaig(const FaigDocument& document, const std::optional<double>& percent = std::nullopt);

}  // namespace lamscope
