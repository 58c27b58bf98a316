// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "method/features/ddr_options.h"
#include "method/features/srga_options.h"
#include "runtime/device.h"
#include "study/features/feature_run.h"

namespace lamscope {

/// The `lamscope-cli srga` line of a run, for a POSIX shell: networks, images with recipes or folders, and what differs
/// from the defaults.
/// @param device, threads  as lamCommandLine().
[[nodiscard]] std::string srgaCommandLine(const FeatureRunInput& input, const SrgaOptions& options,
                                          DeviceChoice device = DeviceChoice::Auto, int threads = 0);

/// The `lamscope-cli ddr` line of a run, in the same way.
[[nodiscard]] std::string ddrCommandLine(const FeatureRunInput& input, const DdrOptions& options,
                                         DeviceChoice device = DeviceChoice::Auto, int threads = 0);

}  // namespace lamscope
