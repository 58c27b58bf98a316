# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_qt_test(figure_editor_test SOURCES ui/figure_editor/figure_editor_test.cpp LIBRARIES lamscope_ui analytic_loader)
