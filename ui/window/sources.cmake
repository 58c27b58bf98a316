# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_ui_library(lamscope_ui
  SOURCES
    window/autosave.cpp
    window/autosave.h
    window/file_actions.cpp
    window/file_actions.h
    window/file_opener.cpp
    window/file_opener.h
    window/folder_images.cpp
    window/folder_images.h
    window/main_window.cpp
    window/main_window.h
    window/status_line.cpp
    window/status_line.h
    window/termination.cpp
    window/window_actions.cpp
    window/window_docks.cpp
    window/window_docks.h
    window/window_workspaces.cpp
    window/window_workspaces.h
  PUBLIC lamscope_ui_workspaces)
