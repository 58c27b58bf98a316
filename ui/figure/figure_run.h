// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "method/lam/lam_options.h"
#include "scene/experiment.h"
#include "study/lam_run.h"

namespace lamscope::ui {

/// The results from which a figure is made.
struct FigureRun {
    std::vector<LamDocument> documents;  ///< for layOutFigure()
    std::vector<std::string> warnings;   ///< files that have changed since the session or study was saved
};

/// Computes everything that the session's figure shows, in the steps of LamRun: all shown networks on every image. For
/// FigureKind::Paths: the selected network (else the first one) on the first image, under every path of the layout, the
/// session's own path last. Not thread-safe.
class FigureComputation {
public:
    /// @param settings  device and networks.
    /// Throws Error(BadFile) for a session without an image or a network.
    FigureComputation(const Experiment& session, LamRunSettings settings);

    [[nodiscard]] bool finished() const { return paths_.empty(); }

    /// One step more; false when stopped, see LamRun::next().
    bool next(const std::stop_token& stop = {}, const LamRunCallback& progress = {});

    /// To be called once, when finished.
    [[nodiscard]] FigureRun take();

private:
    Experiment part_;  // what the figure shows of the session
    LamRunSettings settings_;
    std::vector<PathKind> paths_;  // still to compute, the next one first
    std::optional<LamRun> run_;    // of the first of them; unset before it has begun
    FigureRun figure_;
};

/// All steps of a FigureComputation.
/// @param device  as returned by resolveDevice().
/// @return nullopt when stopped. Throws as FigureComputation. May be called on any thread.
[[nodiscard]] std::optional<FigureRun> computeFigure(const Experiment& session, const std::string& device,
                                                     const std::stop_token& stop = {},
                                                     const LamRunCallback& progress = {});

}  // namespace lamscope::ui
