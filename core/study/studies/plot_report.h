// SPDX-License-Identifier: GPL-3.0-or-later
// The plots in a study's report.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "study/studies/study_report.h"

namespace lamscope {

/// Adds the plots of a study to the files of its report, each with its points as a CSV file, in `folder`/plots. Throws
/// as StagedFiles and `settings.draw`.
/// @param images  as imageFilesIn().
/// @return what REPORT.md says of them, with settings.figures; empty where there is nothing to say.
[[nodiscard]] std::string addPlots(StagedFiles& files, std::span<const StudyPlot> plots,
                                   const std::map<std::int64_t, std::string>& images,
                                   const StudyReportSettings& settings, const std::filesystem::path& folder);

}  // namespace lamscope
