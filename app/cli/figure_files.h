// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "base/atomic_file.h"
#include "figure_arguments.h"
#include "report/lam_json.h"
#include "scene/experiment.h"
#include "session/figure_layout.h"

namespace lamscope::cli {

/// `saved`, or the defaults of the layout asked for, with what was asked for. Throws UsageError.
[[nodiscard]] ui::FigureLayout layoutOf(const FigureArguments& arguments, const std::optional<ui::FigureLayout>& saved);

/// Adds the figures of `session`, and the caption where the arguments ask for one, to `files`; a caption for "-" goes
/// to standard output. Warnings about a figure go to standard error.
/// @param names  ending as figureFormat() asks; none: only the caption.
void addFigureFiles(StagedFiles& files, const FigureArguments& arguments,
                    const std::vector<std::filesystem::path>& names, const Experiment& session,
                    const std::vector<LamDocument>& documents);

}  // namespace lamscope::cli
