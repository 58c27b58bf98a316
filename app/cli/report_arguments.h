// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/atomic_file.h"
#include "image/image.h"

namespace lamscope::cli {

/// Where the reports of a run go: what follows --json, --csv and --figure of commands whose pictures are PNG files
/// alone.
struct ReportArguments {
    std::string json;                  ///< "-": standard output; empty: none
    std::string csv;                   ///< empty: none
    std::vector<std::string> figures;  ///< PNG files

    /// Throws UsageError that names the first figure of another ending.
    void check() const;

    /// The files that will be written, for checkOutputFiles().
    [[nodiscard]] std::vector<std::filesystem::path> files() const;

    /// Stages what was asked for; JSON for standard output is printed at once. Each function is called where its report
    /// is wanted, once.
    void addTo(StagedFiles& staged, const std::function<Image()>& picture, const std::function<std::string()>& csvText,
               const std::function<std::string()>& jsonText) const;
};

}  // namespace lamscope::cli
