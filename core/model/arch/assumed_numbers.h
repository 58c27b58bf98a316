// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/arch/layer_builder.h"

namespace lamscope {

/// The number of heads of an attention where no shape tells it: the assumption "heads". By default `published`, or the
/// next smaller number that divides `width`. Throws Error(InvalidArgument) if the user's number does not divide it.
/// @param width  the features that the heads share evenly; 0 where the file lacks the tensor.
[[nodiscard]] std::int64_t assumedHeads(LayerBuilder& layers, std::int64_t published, std::int64_t width);

/// An assumption that is a side in whole pixels. Throws Error(InvalidArgument) if the user's number is none or is not
/// in [least, 65536].
/// @param of       whose side it is, in words. @param example  of what can be given, for the message.
[[nodiscard]] std::int64_t assumedSide(LayerBuilder& layers, const std::string& name, std::int64_t published,
                                       std::int64_t least, std::string_view of, std::string_view example);

}  // namespace lamscope
