# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_ui_library(lamscope_ui_session
  SOURCES
    session/command_line.cpp
    session/di_map_controller.cpp
    session/di_map_controller.h
    session/erf_controller.cpp
    session/erf_controller.h
    session/faig_controller.cpp
    session/faig_controller.h
    session/faig_results_file.cpp
    session/features_controller.cpp
    session/features_controller.h
    session/figure_layout.cpp
    session/layer_table.cpp
    session/live_controller.cpp
    session/live_controller.h
    session/restoration_controller.cpp
    session/restoration_controller.h
    session/scale_words.cpp
    session/session.cpp
    session/session.h
    session/session_file.cpp
    session/session_opener.cpp
    session/session_opener.h
    session/study_controller.cpp
    session/study_controller.h
    session/study_files.cpp
    session/study_files.h
    session/view_settings.cpp
    session/workspace_states.cpp
  PUBLIC Qt6::Gui lamscope_live lamscope_features_run lamscope_study_run lamscope_erf_run lamscope_derain_run
  PRIVATE fmt::fmt nlohmann_json::nlohmann_json)
