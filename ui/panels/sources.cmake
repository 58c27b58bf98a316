# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_ui_library(lamscope_ui_panels
  SOURCES
    panels/card_view.cpp
    panels/card_view.h
    panels/copy_row.cpp
    panels/copy_row.h
    panels/curve_plot.cpp
    panels/curve_plot.h
    panels/curves_panel.cpp
    panels/curves_panel.h
    panels/erf_panel.cpp
    panels/erf_panel.h
    panels/label_places.cpp
    panels/label_places.h
    panels/muted_label.cpp
    panels/muted_label.h
    panels/network_delegate.cpp
    panels/network_delegate.h
    panels/network_list_model.cpp
    panels/network_list_model.h
    panels/network_panel.cpp
    panels/network_panel.h
    panels/number_text.cpp
    panels/plot_style.cpp
    panels/results_document.cpp
    panels/results_model.cpp
    panels/results_model.h
    panels/results_panel.cpp
    panels/results_panel.h
    panels/score_plot.cpp
    panels/score_plot.h
    panels/series_plot.cpp
    panels/series_plot.h
    panels/study_plot_view.cpp
    panels/study_plot_view.h
  PUBLIC Qt6::Widgets lamscope_figure lamscope_ui_session
  PRIVATE QCustomPlotQt6 Qt6::PrintSupport)
