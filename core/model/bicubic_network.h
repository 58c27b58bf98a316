// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "model/network.h"

namespace lamscope {

/// Bicubic enlargement (a = -0.5, mirrored border with the edge repeated, as MATLAB's imresize) as a network: linear,
/// differentiable, with a known reach of two pixels. The reference that every learned network is compared with.
[[nodiscard]] std::unique_ptr<Network> makeBicubicNetwork(int scale);

}  // namespace lamscope
