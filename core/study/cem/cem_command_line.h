// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "runtime/device.h"
#include "scene/experiment.h"

namespace lamscope {

/// The `lamscope-cli cem` line that computes an experiment of the method CEM, for a POSIX shell: its first image, the
/// region of interest in it (its first box), the networks that are not hidden, where patches come from, and what
/// differs from the defaults.
///
/// @param device, threads  as of lamCommandLine().
/// Throws Error(InvalidArgument) for an experiment without a scene, and as cemOptionsOf().
[[nodiscard]] std::string cemCommandLine(const Experiment& experiment, DeviceChoice device = DeviceChoice::Auto,
                                         int threads = 0);

}  // namespace lamscope
