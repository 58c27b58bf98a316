# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_qt_test(network_panel_test SOURCES ui/panels/network_panel_test.cpp LIBRARIES lamscope_ui_panels)
lamscope_qt_test(results_panel_test SOURCES ui/panels/results_panel_test.cpp LIBRARIES lamscope_ui_panels)
# The test looks at the plots themselves, which the panels' library keeps to itself.
find_package(Qt6 REQUIRED COMPONENTS PrintSupport)
find_package(QCustomPlotQt6 REQUIRED)
lamscope_qt_test(curves_panel_test
  SOURCES ui/panels/curves_panel_test.cpp LIBRARIES lamscope_ui_panels QCustomPlotQt6 Qt6::PrintSupport)
lamscope_qt_test(study_plot_view_test
  SOURCES ui/panels/study_plot_view_test.cpp LIBRARIES lamscope_ui_panels QCustomPlotQt6 Qt6::PrintSupport)
