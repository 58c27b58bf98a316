// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "runtime/device.h"
#include "scene/experiment.h"

namespace lamscope {

/// The `lamscope-cli erf` line that computes an experiment of the method ERF, for a POSIX shell: its images, the place
/// in the first of them, the networks that are not hidden, and what differs from the defaults. All scenes need the
/// role, the reading, the reduction and the place of the first.
///
/// @param device, threads  as of lamCommandLine().
/// Throws Error(InvalidArgument) for an experiment without scenes, and as erfOptionsOf().
[[nodiscard]] std::string erfCommandLine(const Experiment& experiment, DeviceChoice device = DeviceChoice::Auto,
                                         int threads = 0);

}  // namespace lamscope
