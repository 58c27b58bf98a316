// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "image/image.h"
#include "model/model_card.h"

namespace lamscope {

/// Whether the network of this card may be evaluated on parts of an LR image of `width` x `height` pixels: its reach is
/// bounded and known, and it commutes with cropping at this size.
[[nodiscard]] bool mayBeCropped(const ModelCard& card, int width, int height);

/// The part of an LR image of `width` x `height` pixels that has to be evaluated so that the SR of the LR pixels
/// `wanted`, and gradients of it, equal those of the whole image up to rounding: what the receptive field reaches,
/// grown so that the network's own windows and its padding fall as they do on the whole. nullopt where only the whole
/// image will do.
/// @param slack  LR pixels that are added on each side.
[[nodiscard]] std::optional<Rect> croppedAround(const ModelCard& card, const Rect& wanted, int width, int height,
                                                int slack = 0);

}  // namespace lamscope
