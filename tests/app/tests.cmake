# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_qt_test(window_picture_test SOURCES app/window_picture_test.cpp LIBRARIES Qt6::Gui lamscope_study)
target_compile_definitions(window_picture_test PRIVATE LAMSCOPE_WINDOW="$<TARGET_FILE:lamscope>")
add_dependencies(window_picture_test lamscope)
