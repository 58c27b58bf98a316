// SPDX-License-Identifier: GPL-3.0-or-later
// Scores as the window keeps them between two runs of the program. Any thread.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "live/jobs/faig_job.h"
#include "method/faig/faig_document.h"

namespace lamscope::ui {

/// What came of a setup.
struct SavedFaigResults {
    FaigSetup setup;
    std::string baselineSha256;  ///< of the files that the scores are of
    std::string targetSha256;
    std::vector<std::string> imageSha256;                       ///< of the image files, one an entry of `psnrs`
    std::vector<FaigDegradationResult> results;                 ///< the scores of single images are left out
    std::vector<std::vector<std::pair<double, double>>> psnrs;  ///< [image][degradation]: target, baseline; dB
    double seconds = 0.0;
};

/// Where the results of a setup lie in a folder.
[[nodiscard]] std::filesystem::path faigResultsFile(const std::filesystem::path& folder, const FaigSetup& setup);

/// Writes them whole or not at all, and removes those of long ago from the folder, which is made if need be. Throws
/// Error(WriteFailed).
void writeFaigResults(const SavedFaigResults& saved, const std::filesystem::path& folder);

/// Reads those of a setup. Throws Error(BadFile): a file that is missing, damaged, or of another setup.
[[nodiscard]] SavedFaigResults readFaigResults(const std::filesystem::path& folder, const FaigSetup& setup);

}  // namespace lamscope::ui
