# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_qt_test(figure_editor_test SOURCES ui/figure_editor/figure_editor_test.cpp LIBRARIES lamscope_ui analytic_loader)
# The job alone: Torch's headers, none of Qt's.
lamscope_test(figure_job_test LABEL unit
  SOURCES ui/figure_editor/figure_job_test.cpp
  LIBRARIES lamscope_figure_editor LibTorch::LibTorch)
