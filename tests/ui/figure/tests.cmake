# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_qt_test(figure_layout_test SOURCES ui/figure/figure_layout_test.cpp LIBRARIES lamscope_ui_session)
lamscope_qt_test(figure_test SOURCES ui/figure/figure_test.cpp LIBRARIES lamscope_figure lamscope_ui_pictures)
lamscope_qt_test(study_plot_figure_test SOURCES ui/figure/study_plot_figure_test.cpp LIBRARIES lamscope_figure)
lamscope_qt_test(old_files_test SOURCES ui/figure/old_files_test.cpp LIBRARIES lamscope_figure)
lamscope_qt_test(figure_command_test SOURCES ui/figure/figure_command_test.cpp LIBRARIES lamscope_figure)
target_compile_definitions(figure_command_test PRIVATE LAMSCOPE_CLI="$<TARGET_FILE:lamscope-cli>")
add_dependencies(figure_command_test lamscope-cli)
