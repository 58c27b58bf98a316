# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_ui_library(lamscope_ui_workspaces
  SOURCES
    workspaces/compact_tool_bar.cpp
    workspaces/compact_tool_bar.h
    workspaces/file_choice.cpp
    workspaces/file_writer.cpp
    workspaces/file_writer.h
    workspaces/menu_section.cpp
    workspaces/probe/exporter.cpp
    workspaces/probe/network_peek.cpp
    workspaces/probe/network_peek.h
    workspaces/probe/option_controls.cpp
    workspaces/probe/option_controls.h
    workspaces/probe/path_preview.cpp
    workspaces/probe/path_preview.h
    workspaces/probe/probe_actions.cpp
    workspaces/probe/probe_exports.cpp
    workspaces/probe/probe_exports.h
    workspaces/probe/probe_workspace.cpp
    workspaces/probe/probe_workspace.h
    workspaces/probe/samples.cpp
    workspaces/probe/samples.h
    workspaces/probe/sanity_run.cpp
    workspaces/probe/sanity_run.h
    workspaces/workspace.h
    workspaces/workspaces.cpp
  PUBLIC lamscope_ui_view lamscope_ui_panels lamscope_ui_dialogs lamscope_figure_editor)
