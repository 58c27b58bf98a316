// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <vector>

#include "figure/figure_plot.h"
#include "report/lam_json.h"

namespace lamscope::ui {

/// A quantity along every path, from α = 0 to 1: at the nodes, and at the ends, between which they lie.
struct CurveColumn {
    QString title;
    std::vector<FigurePlot> curves;  ///< one a document
};

/// The curves of fig3 (Gu and Dong, CVPR 2021, Fig. 3 f to h): D(F(γ(α))), the path's speed, and the cumulative
/// attribution with its target. Values of D have one axis for all paths, so that they can be compared; the speed, of
/// which the course matters, has one for each.
[[nodiscard]] std::vector<CurveColumn> curveColumns(const std::vector<LamDocument>& documents);

}  // namespace lamscope::ui
