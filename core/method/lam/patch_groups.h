// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "image/image.h"
#include "method/lam/lam.h"
#include "method/lam/lam_options.h"
#include "model/model_card.h"

namespace lamscope {

/// Patches that share forward passes.
struct PatchGroup {
    Rect region;                       ///< the context of each patch, LR pixels of the image
    std::vector<std::size_t> patches;  ///< indices into the patches that were given
    Rect window;                       ///< the part to evaluate for all patches of the group, LR pixels of the region
};

/// Divides patches of one image into groups. All patches of a group have the same context. With a bounded receptive
/// field, a group grows only while its common window costs less than the windows of its parts. Where levels of cells
/// are refined, of which the first two alone have the same cells for all patches, the patches of a group have the same
/// window. The gradients of each group fit into the memory that they may take.
[[nodiscard]] std::vector<PatchGroup> groupPatches(const ModelCard& card, const LamPlan& plan,
                                                   std::span<const PlacedPatch> patches);

}  // namespace lamscope
