# SPDX-License-Identifier: GPL-3.0-or-later
# Results as documents, tables and pictures.
lamscope_library(lamscope_report
  HEADERS
    report/checkpoint_report.h
    report/doctor.h
    report/lam_json.h
    report/paper_table.h
    report/program_report.h
    report/result_columns.h
    report/result_tables.h
  SOURCES
    report/checkpoint_report.cpp
    report/doctor.cpp
    report/lam_json.cpp
    report/paper_table.cpp
    report/program_report.cpp
    report/result_columns.cpp
    report/result_tables.cpp
  PUBLIC lamscope_lam lamscope_restoration
  PRIVATE nlohmann_json::nlohmann_json fmt::fmt)
