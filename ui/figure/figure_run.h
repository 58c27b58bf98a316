// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "scene/experiment.h"
#include "study/lam_run.h"

namespace lamscope::ui {

/// What a figure is made of.
struct FigureRun {
    std::vector<LamDocument> documents;  ///< as layOutFigure() takes them
    std::vector<std::string> warnings;   ///< files that have changed since the session was saved
};

/// Computes everything that the session's figure shows, by runLam(): all shown networks on every image, or for
/// FigureKind::Paths the selected one (else the first) on the first image and every path of the layout, the session's
/// own last.
///
/// @param device  as returned by resolveDevice().
/// @return nullopt when stopped. Throws Error(BadFile) for a session without image or networks, and as runLam(). Any
/// thread.
[[nodiscard]] std::optional<FigureRun> computeFigure(const Experiment& session, const std::string& device,
                                                     const std::stop_token& stop = {},
                                                     const LamRunCallback& progress = {});

}  // namespace lamscope::ui
