// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/atomic_file.h"
#include "study/studies/report_table.h"
#include "study/studies/study_plots.h"
#include "study/studies/study_store.h"
#include "study/studies/study_tables.h"

namespace lamscope {

/// A figure of a report: its files, which hold the same in different formats.
struct ReportFigure {
    std::string title{};
    std::vector<std::filesystem::path> files{};  ///< in the folder of the report
    std::vector<std::string> remarks{};          ///< sentences that a reader has to know
};

struct StudyReportSettings {
    std::string command;                                       ///< that made the report, stated in it
    std::vector<std::pair<std::string, std::string>> pairs{};  ///< see pairsOf()
    std::uint64_t seed = 1;                                    ///< of the bootstrap
    /// Draws a plot and adds its files, `stem` with different endings, to those of the report; empty: nobody draws, and
    /// the report has the numbers of the plots alone.
    std::function<ReportFigure(StagedFiles& files, const StudyPlot& plot, const std::filesystem::path& stem)> draw{};
    std::vector<ReportFigure> figures{};  ///< further ones, which are among the files already
    bool paperTable1 = false;             ///< also stand beside the numbers of publishedNetworks()
};

/// The table of networks, a row each, in the given order.
[[nodiscard]] ReportTable networkTable(const std::vector<NetworkNumbers>& networks);

/// Adds the tables of a study, networks, correlations and pairs, as .csv, .md and .tex files in `folder`, which is made
/// if need be, paper_table1 where it is asked for, the plots of studyPlots() in its folder `plots`, as figures and
/// their points as .csv files, failures.csv where tasks failed, and REPORT.md, which states and shows them with what
/// they were made from. Throws as networkNumbers(), pairsOf() and StagedFiles.
/// @return the text of REPORT.md.
std::string addStudyReport(StagedFiles& files, const StudyStore& store, const StudyReportSettings& settings,
                           const std::filesystem::path& folder);

}  // namespace lamscope
