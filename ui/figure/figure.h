// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <vector>

#include "figure/figure_sheet.h"
#include "report/lam_json.h"
#include "session/figure_layout.h"

namespace lamscope::ui {

/// Lays a paper figure out. The documents hold what was computed: one an image; for FigureKind::Paths one a path, each
/// with one network, the one whose result is shown as the network's own last. Needs a QGuiApplication, for the
/// typefaces; any thread.
///
/// Throws Error(InvalidArgument) when there is no result, or the colour map is not known.
[[nodiscard]] FigureSheet layOutFigure(const std::vector<LamDocument>& documents, const FigureLayout& layout);

/// A caption for the author to paste and to edit: what is shown, of which patch, and how it was computed.
[[nodiscard]] QString captionText(const std::vector<LamDocument>& documents, const FigureLayout& layout);

}  // namespace lamscope::ui
