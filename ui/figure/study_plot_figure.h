// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPainterPath>
#include <filesystem>
#include <vector>

#include "figure/figure_sheet.h"
#include "session/figure_layout.h"
#include "study/studies/study_pictures.h"
#include "study/studies/study_plots.h"
#include "study/studies/study_report.h"

namespace lamscope::ui {

/// By what a network is known in the plots of a study: colours that readers with colour blindness tell apart (Okabe and
/// Ito's), and a shape, so that colour is never the only sign. All of 56 networks differ.
struct NetworkSign {
    QColor colour;
    QPainterPath shape;  ///< about (0, 0), as large as a circle of diameter 1
};

/// @param place  of the network, see placesOfNetworks().
[[nodiscard]] NetworkSign networkSign(std::size_t place);

/// @param network  its index among StudyPlot::networks.
[[nodiscard]] NetworkSign networkSign(const StudyPlot& plot, std::size_t network);

/// What suits plots: a column of a two-column page.
[[nodiscard]] FigureLayout studyPlotLayout();

/// Lays out a plot of a study as a paper figure: title and numbers, axes, points with their line, names beside the
/// points as far as there is room for them and otherwise in a legend, pictures of the images beneath. Needs a
/// QGuiApplication for the typefaces; may be called on any thread.
/// @param pictures  as picturesOf() gives them; none: the plot is without.
/// @param layout    of it: width, line width, typeface, decimal mark, box; without `labels` there is no title.
[[nodiscard]] FigureSheet layOutStudyPlot(const StudyPlot& plot, const std::vector<StudyPicture>& pictures,
                                          const FigureLayout& layout);

/// Draws a plot for a report: see StudyReportSettings::draw. Throws as encodeFigure().
/// @param names  of its files; the ending says the format.
/// @param dpi    of PNG and TIFF.
[[nodiscard]] ReportFigure drawStudyPlot(StagedFiles& files, const StudyPlot& plot,
                                         const std::vector<StudyPicture>& pictures, const FigureLayout& layout,
                                         const std::vector<std::filesystem::path>& names, int dpi);

}  // namespace lamscope::ui
