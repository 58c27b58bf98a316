// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "model/model_card.h"
#include "model/model_spec.h"
#include "model/network.h"

namespace lamscope {

/// How a network works on colour images. One of a single channel does as the settings say; without them it takes each
/// colour by itself if it restores (scale 1), and Y if it enlarges. Throws Error(InvalidArgument) if the settings name
/// a way for a network of three channels.
/// @param file  for the message
[[nodiscard]] ModelCard::Colour coloursOf(const InputShape& input, int scale, const ModelSettings& settings,
                                          const std::string& file);

/// A network of one channel as one of RGB: it is evaluated for each of the three colours by itself, one after the
/// other, so that its taps are taken three times.
[[nodiscard]] std::unique_ptr<Network> perColour(std::unique_ptr<Network> network);

}  // namespace lamscope
