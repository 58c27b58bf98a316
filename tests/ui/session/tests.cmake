# SPDX-License-Identifier: GPL-3.0-or-later
# Networks given by formulas need LibTorch's headers, which must not meet Qt's in one file.
add_library(analytic_loader STATIC support/analytic_loader.cpp)
target_include_directories(analytic_loader PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(analytic_loader PUBLIC lamscope_model PRIVATE lamscope_warnings LibTorch::LibTorch)

lamscope_qt_test(session_test SOURCES ui/session/session_test.cpp LIBRARIES lamscope_ui_session)
lamscope_qt_test(live_controller_test SOURCES ui/session/live_controller_test.cpp
  LIBRARIES lamscope_ui_session analytic_loader)
