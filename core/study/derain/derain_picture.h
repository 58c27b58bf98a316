// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "image/image.h"
#include "method/restoration/derain_document.h"

namespace lamscope {

/// Two panels over E_B: E_R on the left, the transmission τ on the right. A point for each network and range, in the
/// network's colour and the range's shape; a stroke joins the ranges of a network in their order, from the first, which
/// is filled. The blur line of each range is grey, where there is one. A panel leaves out what is not defined. Throws
/// Error(InvalidArgument) without a result.
[[nodiscard]] Image drawDerain(const DerainDocument& document);

}  // namespace lamscope
