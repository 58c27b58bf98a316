# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_test(studies_test LABEL unit
  SOURCES
    core/study/studies/hard_patches_test.cpp
    core/study/studies/published_table_test.cpp
    core/study/studies/study_benchmark_test.cpp
    core/study/studies/study_faults_test.cpp
    core/study/studies/study_places_test.cpp
    core/study/studies/study_plan_test.cpp
    core/study/studies/study_plots_test.cpp
    core/study/studies/study_run_test.cpp
    core/study/studies/study_steps_test.cpp
    core/study/studies/study_store_test.cpp
    core/study/studies/study_tables_test.cpp
    support/analytic_loader.cpp
    support/network_expectations.cpp
    support/synthetic_checkpoint.cpp
  LIBRARIES lamscope_study_benchmark lamscope_study_run lamscope_checkpoint SQLiteCpp SQLite::SQLite3 LibTorch::LibTorch nlohmann_json::nlohmann_json fmt::fmt)
lamscope_test(study_command_test LABEL cli
  SOURCES core/study/studies/study_command_test.cpp support/network_expectations.cpp support/synthetic_checkpoint.cpp
  LIBRARIES lamscope_files lamscope_checkpoint SQLiteCpp SQLite::SQLite3 nlohmann_json::nlohmann_json fmt::fmt)
target_compile_definitions(study_command_test PRIVATE LAMSCOPE_CLI="$<TARGET_FILE:lamscope-cli>")
add_dependencies(study_command_test lamscope-cli)

# Skipped where packaging/install-deps --slurm has not been run.
add_test(NAME slurm_test
  COMMAND ${CMAKE_SOURCE_DIR}/packaging/test-slurm --installed --cli $<TARGET_FILE:lamscope-cli>)
set_tests_properties(slurm_test PROPERTIES LABELS cli TIMEOUT 900 SKIP_RETURN_CODE 77)
