// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "method/lam/lam.h"
#include "scene/network_input.h"

namespace lamscope {

/// Sets LamResult::maskMassRatio: how much more of the map lies under the mask than a uniform map would have there.
/// Where the mask is that of rain, a value above 1 says that the network looks through rain. Nothing is set without a
/// mask, for a map that is not defined and for a context without a pixel of the mask.
/// @param mask  of the whole LR image, see rainMaskOf(); may be empty.
void addMaskMass(LamResult& result, const PixelMask& mask);

}  // namespace lamscope
