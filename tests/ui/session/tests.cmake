# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_qt_test(session_test SOURCES ui/session/session_test.cpp LIBRARIES lamscope_ui_session)
