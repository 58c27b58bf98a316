// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <vector>

#include "figure/figure_plot.h"
#include "report/lam_json.h"

namespace lamscope::ui {

/// A quantity along each path, from α = 0 to 1: at the nodes, and at both ends.
struct CurveColumn {
    QString title;
    std::vector<FigurePlot> curves;  ///< one curve per document
};

/// The curves of fig3 (Gu and Dong, CVPR 2021, Fig. 3 f to h): D(F(γ(α))), the speed of the path, and the cumulative
/// attribution with its target. All values of D have one axis for all paths, so that they can be compared. The speed
/// has its own axis for each path, because only its course matters.
[[nodiscard]] std::vector<CurveColumn> curveColumns(const std::vector<LamDocument>& documents);

}  // namespace lamscope::ui
