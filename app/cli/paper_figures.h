// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <stop_token>
#include <vector>

#include "base/atomic_file.h"
#include "figure_arguments.h"
#include "report/lam_json.h"
#include "scene/experiment.h"

namespace lamscope::cli {

// Paper figures of `lam`. Qt draws them: a build without Qt has the same functions, which refuse in words.

/// Makes the layout that the arguments ask for the experiment's figure, where there are names. Throws UsageError for a
/// setting that no layout has and for a name that no figure can have; in a build without Qt Error for any name.
void setPaperFigure(Experiment& experiment, const FigureArguments& arguments,
                    const std::vector<std::filesystem::path>& names);

/// Adds the figures of a run to `files`. A figure of kind fig3 shows every path of its layout, which is computed here.
/// @param names    at least one, and setPaperFigure() has accepted them.
/// @param document what runLam() made of that experiment.
/// @return false when stopped. Throws UsageError for networks of several scales on one LR image, which have no patch in
///         common, and as ui::computeFigure() and ui::addFigures().
[[nodiscard]] bool addPaperFigures(StagedFiles& files, const FigureArguments& arguments,
                                   const std::vector<std::filesystem::path>& names, const LamDocument& document,
                                   const std::stop_token& stop);

}  // namespace lamscope::cli
