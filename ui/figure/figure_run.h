// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "scene/experiment.h"
#include "study/lam_run.h"

namespace lamscope::ui {

/// The results from which a figure is made.
struct FigureRun {
    std::vector<LamDocument> documents;  ///< for layOutFigure()
    std::vector<std::string> warnings;   ///< files that have changed since the session was saved
};

/// Computes everything that the session's figure shows, by runLam(): all shown networks on every image. For
/// FigureKind::Paths: the selected network (else the first one) on the first image, under every path of the layout, the
/// session's own path last.
///
/// @param device  as returned by resolveDevice().
/// @return nullopt when stopped. Throws Error(BadFile) for a session without an image or a network, and as runLam().
/// May be called on any thread.
[[nodiscard]] std::optional<FigureRun> computeFigure(const Experiment& session, const std::string& device,
                                                     const std::stop_token& stop = {},
                                                     const LamRunCallback& progress = {});

}  // namespace lamscope::ui
