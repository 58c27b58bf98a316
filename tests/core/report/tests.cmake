# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_test(report_test LABEL unit
  SOURCES
    core/report/lam_json_test.cpp
  LIBRARIES lamscope_report nlohmann_json::nlohmann_json fmt::fmt)
target_precompile_headers(report_test REUSE_FROM model_test)
