# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_test(cem_test LABEL unit
  SOURCES
    core/method/cem/cem_grid_test.cpp
    core/method/cem/cem_numbers_test.cpp
    core/method/cem/cem_run_test.cpp
    core/method/cem/cem_scan_test.cpp
    core/method/cem/interventions_test.cpp
  LIBRARIES lamscope_cem_run LibTorch::LibTorch nlohmann_json::nlohmann_json fmt::fmt)
target_precompile_headers(cem_test REUSE_FROM model_test)
lamscope_test(cem_golden_test LABEL golden
  SOURCES
    core/method/cem/cem_every_family_test.cpp
    core/method/cem/cem_golden_test.cpp
    support/every_family.cpp
    support/network_expectations.cpp
    support/network_variants.cpp
    support/restoration_networks.cpp
    support/small_networks.cpp
    support/synthetic_checkpoint.cpp
  LIBRARIES lamscope_cem lamscope_checkpoint lamscope_files LibTorch::LibTorch nlohmann_json::nlohmann_json fmt::fmt)
target_precompile_headers(cem_golden_test REUSE_FROM model_test)
lamscope_test(cem_command_test LABEL cli
  SOURCES core/method/cem/cem_command_test.cpp
  LIBRARIES lamscope_files nlohmann_json::nlohmann_json fmt::fmt)
target_compile_definitions(cem_command_test PRIVATE LAMSCOPE_CLI="$<TARGET_FILE:lamscope-cli>")
add_dependencies(cem_command_test lamscope-cli)
