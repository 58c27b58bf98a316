# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_test(report_test LABEL unit
  SOURCES
    core/report/checkpoint_report_test.cpp
    core/report/doctor_test.cpp
    core/report/program_report_test.cpp
    core/report/result_columns_test.cpp
    core/report/result_tables_test.cpp
  LIBRARIES lamscope_report nlohmann_json::nlohmann_json fmt::fmt)
target_precompile_headers(report_test REUSE_FROM model_test)
