// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

#include "runtime/device.h"

namespace lamscope {

/// The description that belongs to a store, and the other way round: files of one name with other endings.
[[nodiscard]] std::filesystem::path descriptionBeside(const std::filesystem::path& store);
[[nodiscard]] std::filesystem::path storeBeside(const std::filesystem::path& description);

/// The `lamscope-cli study run` line that computes what a store lacks, for a POSIX shell.
/// @param maps             keep the maps, too.
/// @param device, threads  as lamCommandLine().
[[nodiscard]] std::string studyCommandLine(const std::filesystem::path& store, bool maps,
                                           DeviceChoice device = DeviceChoice::Auto, int threads = 0);

/// The `lamscope-cli study report` line that writes the report of a store into a folder.
[[nodiscard]] std::string studyReportLine(const std::filesystem::path& store, const std::filesystem::path& folder);

}  // namespace lamscope
