// SPDX-License-Identifier: GPL-3.0-or-later
// How much a map of attributions moves when the image hardly does: sensitivity-max of Yeh et al. (NeurIPS 2019). All
// functions are thread-safe.
#pragma once

#include <span>

#include "image/image.h"
#include "method/lam/lam_options.h"

namespace lamscope {

/// The largest move of an attribution, relative to its Euclidean norm.
struct SensitivityMax {
    double radius = 0.0;  ///< ρ, image units
    int draws = 0;        ///< that were measured
    double value = 0.0;   ///< max over k of ‖a(I + ρ·v_k) − a(I)‖ / ‖a(I)‖
    int worstDraw = 0;    ///< the k of it
};

/// I + ρ·v_k, not clipped: v of value n of the image, planar, is 2z/2³² − 1 with z the number n of
/// PortableRandom("sensitivity/k").
[[nodiscard]] Image perturbed(const Image& image, double radius, int draw);

/// ‖moved − base‖ / ‖base‖. Throws Error(InvalidArgument) where the base vanishes.
[[nodiscard]] double relativeMove(std::span<const float> base, std::span<const float> moved);

/// The plan of the maps that are compared: that of the options in use, but that a refined map has 27 nodes or cells, so
/// that all maps have the same.
[[nodiscard]] LamPlan sensitivityPlan(const LamPlan& plan, bool hasSecantRules);

}  // namespace lamscope
