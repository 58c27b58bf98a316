// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/atomic_file.h"
#include "study/studies/report_table.h"
#include "study/studies/study_store.h"
#include "study/studies/study_tables.h"

namespace lamscope {

struct StudyReportSettings {
    std::string command;                                       ///< that made the report, stated in it
    std::vector<std::pair<std::string, std::string>> pairs{};  ///< see pairsOf()
    std::uint64_t seed = 1;                                    ///< of the bootstrap
};

/// The table of networks, a row each, in the given order.
[[nodiscard]] ReportTable networkTable(const std::vector<NetworkNumbers>& networks);

/// Adds the tables of a study, networks, correlations and pairs, as .csv, .md and .tex files in `folder`, which is made
/// if need be, failures.csv where tasks failed, and REPORT.md, which states them with what they were made from.
/// Throws as networkNumbers(), pairsOf() and StagedFiles.
/// @return the text of REPORT.md.
std::string addStudyReport(StagedFiles& files, const StudyStore& store, const StudyReportSettings& settings,
                           const std::filesystem::path& folder);

}  // namespace lamscope
