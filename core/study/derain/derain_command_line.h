// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "method/restoration/derain_options.h"
#include "runtime/device.h"
#include "study/derain/derain_run.h"

namespace lamscope {

/// The `lamscope-cli derain` line of a run, for a POSIX shell: networks, images with recipes or folders, and what
/// differs from the defaults.
/// @param device, threads  as lamCommandLine().
[[nodiscard]] std::string derainCommandLine(const DerainRunInput& input, const DerainOptions& options,
                                            DeviceChoice device = DeviceChoice::Auto, int threads = 0);

}  // namespace lamscope
