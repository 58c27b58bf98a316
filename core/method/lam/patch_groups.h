// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "image/image.h"
#include "method/lam/lam_options.h"
#include "model/model_card.h"

namespace lamscope {

/// Patches that share forward passes.
struct PatchGroup {
    Rect region;                       ///< the context of each, LR pixels of the image
    std::vector<std::size_t> patches;  ///< indices
    Rect window;                       ///< what has to be evaluated for them together, LR pixels of the region
};

/// Divides patches of one image into groups of one context each. With a bounded receptive field a group stays so small
/// that its common window costs less than the windows of its parts; all stay within the memory that their gradients may
/// take.
/// @param regions  the context of each patch, see checkedContext().
[[nodiscard]] std::vector<PatchGroup> groupPatches(const ModelCard& card, const LamPlan& plan,
                                                   std::span<const Patch> patches, std::span<const Rect> regions);

}  // namespace lamscope
