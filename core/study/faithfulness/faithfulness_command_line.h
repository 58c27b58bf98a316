// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "runtime/device.h"
#include "scene/experiment.h"

namespace lamscope {

/// The `lamscope-cli faithfulness` line that computes an experiment of the method faithfulness, for a POSIX shell: its
/// image, patches and networks that are not hidden, and what differs from the defaults.
///
/// @param device, threads  as of lamCommandLine().
/// Throws Error(InvalidArgument) for an experiment without scenes, and as faithfulnessOptionsOf().
[[nodiscard]] std::string faithfulnessCommandLine(const Experiment& experiment,
                                                  DeviceChoice device = DeviceChoice::Auto, int threads = 0);

}  // namespace lamscope
