// SPDX-License-Identifier: GPL-3.0-or-later
// The plots in a study's report.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "study/studies/study_report.h"

namespace lamscope {

/// Adds the plots of a study to the files of its report, each with its points as a CSV file, in `folder`/plots. Throws
/// as studyPlots(), StagedFiles and `settings.draw`.
/// @return what REPORT.md says of them, with settings.figures; empty where there is nothing to say.
[[nodiscard]] std::string addPlots(StagedFiles& files, const StudyStore& store,
                                   std::span<const NetworkNumbers> networks, const StudyReportSettings& settings,
                                   const std::filesystem::path& folder);

}  // namespace lamscope
