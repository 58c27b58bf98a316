// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "figure/figure_sheet.h"
#include "report/lam_json.h"
#include "session/figure_layout.h"

namespace lamscope::ui {

/// Fills a figure: places its parts on the sheet from `start` down, `width` points wide. Returns the y at which the
/// parts end. Every document must have a result.
using FigurePainter = double(FigureSheet& sheet, const std::vector<LamDocument>& documents, const QPointF& start,
                             double width, const FigureLayout& layout);

FigurePainter placeNetworks;
FigurePainter placeMaps;
FigurePainter placeInterest;
FigurePainter placePaths;

}  // namespace lamscope::ui
