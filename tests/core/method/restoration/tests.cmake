# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_test(restoration_test LABEL unit
  SOURCES
    core/method/restoration/derain_run_test.cpp
    core/method/restoration/rain_pairs_test.cpp
    core/method/restoration/restoration_measures_test.cpp
  LIBRARIES lamscope_derain_run LibTorch::LibTorch nlohmann_json::nlohmann_json fmt::fmt)
target_precompile_headers(restoration_test REUSE_FROM model_test)
lamscope_test(restoration_golden_test LABEL golden
  SOURCES core/method/restoration/restoration_golden_test.cpp
  LIBRARIES lamscope_restoration nlohmann_json::nlohmann_json)
lamscope_test(derain_command_test LABEL cli
  SOURCES core/method/restoration/derain_command_test.cpp
  LIBRARIES lamscope_files nlohmann_json::nlohmann_json fmt::fmt)
target_compile_definitions(derain_command_test PRIVATE LAMSCOPE_CLI="$<TARGET_FILE:lamscope-cli>")
add_dependencies(derain_command_test lamscope-cli)
