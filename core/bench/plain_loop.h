// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "image/image.h"
#include "method/lam/lam_options.h"
#include "model/sr_model.h"

// The reference that speed is stated against: LAM as it is written everywhere.

namespace lamscope {

inline constexpr int plainNodes = 50;

/// The published loop: one path image at a time in the framework's default layout, the network's parameters collecting
/// gradients too. Path, rule and detector as the preset official, the whole image as context.
/// @return the map, lr.height() x lr.width(), [0, 1].
[[nodiscard]] std::vector<double> plainLoop(const SrModel& model, const Image& lr, const LamOptions& options);

/// A network as that loop holds it.
[[nodiscard]] SrModel asPlainLoopHolds(SrModel model);

}  // namespace lamscope
