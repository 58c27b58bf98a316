# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_test(erf_test LABEL unit
  SOURCES
    core/method/erf/erf_options_test.cpp
    core/method/erf/erf_run_test.cpp
    core/method/erf/erf_test.cpp
  LIBRARIES lamscope_erf_run LibTorch::LibTorch nlohmann_json::nlohmann_json fmt::fmt)
target_precompile_headers(erf_test REUSE_FROM model_test)
lamscope_test(erf_golden_test LABEL golden
  SOURCES core/method/erf/erf_golden_test.cpp
  LIBRARIES lamscope_erf_run LibTorch::LibTorch nlohmann_json::nlohmann_json fmt::fmt)
target_precompile_headers(erf_golden_test REUSE_FROM model_test)
lamscope_test(erf_command_test LABEL cli
  SOURCES core/method/erf/erf_command_test.cpp
  LIBRARIES lamscope_files nlohmann_json::nlohmann_json fmt::fmt)
target_compile_definitions(erf_command_test PRIVATE LAMSCOPE_CLI="$<TARGET_FILE:lamscope-cli>")
add_dependencies(erf_command_test lamscope-cli)
