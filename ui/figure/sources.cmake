# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_ui_library(lamscope_figure
  SOURCES
    figure/caption.cpp
    figure/figure.cpp
    figure/figure_file.cpp
    figure/figure_grid.cpp
    figure/figure_pdf.cpp
    figure/figure_pictures.cpp
    figure/figure_plot.cpp
    figure/figure_raster.cpp
    figure/figure_run.cpp
    figure/figure_sheet.cpp
    figure/figure_svg.cpp
    figure/layout_interest.cpp
    figure/layout_maps.cpp
    figure/layout_networks.cpp
    figure/layout_paths.cpp
    figure/name_places.cpp
    figure/path_curves.cpp
    figure/round_axis.cpp
    figure/study_plot_figure.cpp
  PUBLIC Qt6::Gui lamscope_study lamscope_study_run lamscope_ui_session
  PRIVATE Qt6::Svg TIFF::CXX lamscope_ui_pictures nlohmann_json::nlohmann_json fmt::fmt)
