// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/model_card.h"
#include "model/network.h"

namespace lamscope {

/// Measures which LR pixels one SR pixel depends on, by its gradient on a noise image. A lower bound where the network
/// holds max-pools or dead ReLUs; "global" when the dependence reaches the border of the largest probe. Of the card,
/// scale, range and size rules are read.
[[nodiscard]] ReceptiveField measureReceptiveField(const Network& network, const ModelCard& card);

}  // namespace lamscope
