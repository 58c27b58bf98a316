# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_test(faig_test LABEL unit
  SOURCES
    core/method/faig/faig_readout_test.cpp
    core/method/faig/faig_test.cpp
    support/network_expectations.cpp
    support/synthetic_checkpoint.cpp
  LIBRARIES lamscope_faig_run LibTorch::LibTorch nlohmann_json::nlohmann_json fmt::fmt)
target_precompile_headers(faig_test REUSE_FROM model_test)
lamscope_test(faig_golden_test LABEL golden
  SOURCES
    core/method/faig/faig_golden_test.cpp
    support/network_expectations.cpp
    support/synthetic_checkpoint.cpp
  LIBRARIES lamscope_faig_run LibTorch::LibTorch nlohmann_json::nlohmann_json fmt::fmt)
target_precompile_headers(faig_golden_test REUSE_FROM model_test)
lamscope_test(faig_command_test LABEL cli
  SOURCES core/method/faig/faig_command_test.cpp
  LIBRARIES lamscope_files lamscope_checkpoint nlohmann_json::nlohmann_json fmt::fmt)
target_compile_definitions(faig_command_test PRIVATE LAMSCOPE_CLI="$<TARGET_FILE:lamscope-cli>")
add_dependencies(faig_command_test lamscope-cli)
