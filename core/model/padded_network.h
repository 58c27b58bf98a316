// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <memory>

#include "model/network.h"

namespace lamscope {

/// A network that takes sides of any length, made from one that asks for multiples: the LR image is padded at the right
/// and at the bottom by reflection and the SR cropped again, all of it differentiable, so that gradients lie on the
/// user's pixels. Needs sides of at least smallestPaddedSide().
[[nodiscard]] std::unique_ptr<Network> padToMultiple(std::unique_ptr<Network> network, int multiple);

/// Reflection needs more than half of the multiple. To multiples above 64 the image is reflected again and again.
[[nodiscard]] constexpr int smallestPaddedSide(int multiple) {
    constexpr int mostAskedFor = 33;
    return std::min(multiple / 2 + 1, mostAskedFor);
}

}  // namespace lamscope
