// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <vector>

#include "figure/figure_sheet.h"
#include "report/lam_json.h"
#include "session/figure_layout.h"

namespace lamscope::ui {

/// Lays out a paper figure. `documents` hold the computed results: one document per image; for FigureKind::Paths one
/// document per path, each with one network, and the document of the session's own path last. Needs a QGuiApplication
/// for the typefaces; may be called on any thread.
///
/// Throws Error(InvalidArgument) when there is no result or the colour map is not known.
[[nodiscard]] FigureSheet layOutFigure(const std::vector<LamDocument>& documents, const FigureLayout& layout);

/// A caption for the author to paste and edit: what is shown, of which patch, and how it was computed.
[[nodiscard]] QString captionText(const std::vector<LamDocument>& documents, const FigureLayout& layout);

}  // namespace lamscope::ui
