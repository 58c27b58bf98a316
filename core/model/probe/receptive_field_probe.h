// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <stop_token>

#include <torch/types.h>

#include "model/model_card.h"
#include "model/network.h"

namespace lamscope {

/// Measures which LR pixels one SR pixel depends on, by its gradient on a noise image. A lower bound where the network
/// holds max-pools or dead ReLUs; "global" when the dependence reaches the border of the largest probe. Of the card,
/// scale, range, size rules and whether it runs on a server are read: of such a one, no more than 81x81 LR pixels are
/// asked for. Takes up to two evaluations with their gradients; nullopt when stopped between two passes.
/// @param device where the network is.
[[nodiscard]] std::optional<ReceptiveField> measureReceptiveField(const Network& network, torch::Device device,
                                                                  const ModelCard& card,
                                                                  const std::stop_token& stop = {});

}  // namespace lamscope
