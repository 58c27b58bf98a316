// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>

#include "model/network.h"

namespace lamscope {

/// The trunk of an LR image of `height` x `width` pixels that was evaluated with padding to its right and below it, as
/// that of the image itself.
[[nodiscard]] std::unique_ptr<Trunk> croppedTrunk(std::unique_ptr<Trunk> trunk, std::int64_t height,
                                                  std::int64_t width);

}  // namespace lamscope
