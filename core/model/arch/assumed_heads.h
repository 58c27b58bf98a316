// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "model/arch/layer_builder.h"

namespace lamscope {

/// The number of heads of an attention where no shape tells it: the assumption "heads". By default `published`, or the
/// next smaller number that divides `width`. Throws Error(InvalidArgument) if the user's number does not divide it.
/// @param width  the features that the heads share evenly; 0 where the file lacks the tensor.
[[nodiscard]] std::int64_t assumedHeads(LayerBuilder& layers, std::int64_t published, std::int64_t width);

}  // namespace lamscope
