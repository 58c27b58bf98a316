// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <stop_token>
#include <vector>

#include "image/image.h"
#include "method/lam/lam.h"
#include "model/sr_model.h"

namespace lamscope {

/// The gradients at the points `alpha` of the path of `plan` ("gradients at interpolations", Gu and Dong, CVPR 2021,
/// Fig. 3 i), on the part of the LR image that computeLam() shows the network. One evaluation per α, whatever the
/// preset; nothing of a map depends on it.
///
/// @param hr  as for computeLam().
/// @return one per α, in their order; nullopt when stopped. Throws as computeLam().
[[nodiscard]] std::optional<std::vector<PathGradient>> computePathGradients(const SrModel& model, const Image& lr,
                                                                            const Image* hr, const LamPlan& plan,
                                                                            const std::vector<double>& alpha,
                                                                            const std::stop_token& stop = {});

}  // namespace lamscope
