# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_test(faithfulness_test LABEL unit
  SOURCES
    core/method/faithfulness/attribution_test.cpp
    core/method/faithfulness/faithfulness_closed_forms_test.cpp
    core/method/faithfulness/faithfulness_measurement_test.cpp
    core/method/faithfulness/faithfulness_options_test.cpp
  LIBRARIES lamscope_faithfulness_run LibTorch::LibTorch nlohmann_json::nlohmann_json fmt::fmt)
target_precompile_headers(faithfulness_test REUSE_FROM model_test)
lamscope_test(faithfulness_golden_test LABEL golden
  SOURCES core/method/faithfulness/faithfulness_golden_test.cpp
  LIBRARIES lamscope_faithfulness_run LibTorch::LibTorch nlohmann_json::nlohmann_json fmt::fmt)
target_precompile_headers(faithfulness_golden_test REUSE_FROM model_test)
lamscope_test(faithfulness_command_test LABEL cli
  SOURCES core/method/faithfulness/faithfulness_command_test.cpp
  LIBRARIES lamscope_files nlohmann_json::nlohmann_json fmt::fmt)
target_compile_definitions(faithfulness_command_test PRIVATE LAMSCOPE_CLI="$<TARGET_FILE:lamscope-cli>")
add_dependencies(faithfulness_command_test lamscope-cli)
