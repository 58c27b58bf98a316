# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_ui_library(lamscope_figure_editor
  SOURCES
    figure_editor/figure_dialog.cpp
    figure_editor/figure_dialog.h
    figure_editor/figure_editor.cpp
    figure_editor/figure_editor.h
    figure_editor/figure_form.cpp
    figure_editor/figure_form.h
    figure_editor/figure_job.cpp
    figure_editor/figure_job.h
    figure_editor/figure_preview.cpp
    figure_editor/figure_preview.h
    figure_editor/figure_scenes.cpp
    figure_editor/figure_scenes.h
  PUBLIC Qt6::Widgets lamscope_figure lamscope_ui_session
  PRIVATE lamscope_ui_pictures lamscope_ui_panels)
