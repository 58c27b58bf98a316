# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_test(studies_test LABEL unit
  SOURCES
    core/study/studies/study_places_test.cpp
    core/study/studies/study_plan_test.cpp
    core/study/studies/study_plots_test.cpp
    core/study/studies/study_run_test.cpp
    core/study/studies/study_steps_test.cpp
    core/study/studies/study_store_test.cpp
    core/study/studies/study_tables_test.cpp
    support/analytic_loader.cpp
  LIBRARIES lamscope_study_run SQLiteCpp SQLite::SQLite3 LibTorch::LibTorch nlohmann_json::nlohmann_json fmt::fmt)
lamscope_test(study_command_test LABEL cli
  SOURCES core/study/studies/study_command_test.cpp
  LIBRARIES lamscope_files SQLiteCpp SQLite::SQLite3 nlohmann_json::nlohmann_json fmt::fmt)
target_compile_definitions(study_command_test PRIVATE LAMSCOPE_CLI="$<TARGET_FILE:lamscope-cli>")
add_dependencies(study_command_test lamscope-cli)
