// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/model_card.h"
#include "model/network.h"

namespace lamscope {

/// Tries what a card says about cropping: the SR of a strip of noise against that of a part of the strip, where the
/// receptive field keeps both apart from the part's end, along both axes. Returns the claim with its evidence, or one
/// that the network must see the whole where the claim fails or cannot be tried (no claim, no bounded receptive field).
/// Of the card, cropping, receptive field, scale, range and size rules are read. Takes about as long as
/// one evaluation of 32 x the reach pixels. Never throws for what the network does.
[[nodiscard]] Cropping probeCropping(const Network& network, const ModelCard& card);

}  // namespace lamscope
