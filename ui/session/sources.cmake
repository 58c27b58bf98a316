# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_ui_library(lamscope_ui_session
  SOURCES
    session/session.cpp
    session/session.h
    session/session_command.h
    session/view_settings.cpp
  PUBLIC Qt6::Gui lamscope_live
  PRIVATE fmt::fmt)
