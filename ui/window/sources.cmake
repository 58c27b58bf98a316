# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_ui_library(lamscope_ui
  SOURCES
    window/autosave.cpp
    window/autosave.h
    window/exporter.cpp
    window/exporter.h
    window/file_opener.cpp
    window/file_opener.h
    window/folder_images.cpp
    window/folder_images.h
    window/main_window.cpp
    window/main_window.h
    window/network_peek.cpp
    window/network_peek.h
    window/option_controls.cpp
    window/option_controls.h
    window/path_preview.cpp
    window/path_preview.h
    window/sanity_run.cpp
    window/sanity_run.h
    window/status_line.cpp
    window/status_line.h
    window/termination.cpp
    window/window_actions.cpp
  PUBLIC lamscope_ui_view lamscope_ui_panels lamscope_ui_dialogs)
