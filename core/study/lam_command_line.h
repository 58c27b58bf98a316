// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "runtime/device.h"
#include "scene/experiment.h"

namespace lamscope {

/// The `lamscope-cli lam` line that computes an experiment of the method LAM, for a POSIX shell: its first scene, the
/// networks that are not hidden, and what differs from the defaults. Boxes are printed as they are: those of an LR
/// image must be on the SR pixels of all these networks.
///
/// @param device, threads  as they were chosen: device and number of threads change the last bits of a result, so that
///                 the line states them where they are not left to the program (Auto, 0).
/// Throws Error(InvalidArgument) for an experiment without scenes, and as lamOptionsOf().
[[nodiscard]] std::string lamCommandLine(const Experiment& experiment, DeviceChoice device = DeviceChoice::Auto,
                                         int threads = 0);

}  // namespace lamscope
