# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_qt_test(session_test SOURCES ui/session/session_test.cpp LIBRARIES lamscope_ui_session)
lamscope_qt_test(live_controller_test SOURCES ui/session/live_controller_test.cpp
  LIBRARIES lamscope_ui_session analytic_loader)
