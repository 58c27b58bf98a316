// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "method/lam/lam_options.h"
#include "scene/experiment.h"

namespace lamscope {

/// The options of an experiment of this method; `patch` is the default one, for the scenes say where. Options that are
/// not there have their defaults, but for `rule` beside others, which 0.1.0 did not write: midpoints. makePlan() checks
/// their ranges. Throws Error(InvalidArgument) for an experiment of another method, and naming an option that is
/// unknown (numbers would differ without it) or of the wrong type.
[[nodiscard]] LamOptions lamOptionsOf(const Experiment& experiment);

/// Makes it an experiment of this method with these options, all but `patch`.
void setLamOptions(Experiment& experiment, const LamOptions& options);

/// Every option but `patch` as it is used, presets resolved: what results state.
[[nodiscard]] nlohmann::ordered_json usedOptionsJson(const LamPlan& plan);

}  // namespace lamscope
