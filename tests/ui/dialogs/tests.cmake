# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_qt_test(message_bar_test
  SOURCES ui/dialogs/message_bar_test.cpp
  LIBRARIES Qt6::Widgets lamscope_ui_dialogs)
lamscope_qt_test(preferences_test
  SOURCES ui/dialogs/preferences_test.cpp
  LIBRARIES Qt6::Widgets lamscope_ui_dialogs)
lamscope_qt_test(dialogs_test
  SOURCES ui/dialogs/dialogs_test.cpp
  LIBRARIES Qt6::Widgets lamscope_ui_dialogs)
