# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_test(features_test LABEL unit
  SOURCES
    core/method/features/ddr_test.cpp
    core/method/features/feature_grams_test.cpp
    core/method/features/feature_run_test.cpp
    core/method/features/feature_steps_test.cpp
    core/method/features/srga_test.cpp
    core/method/features/strength_family_test.cpp
    core/method/features/tap_survey_test.cpp
  LIBRARIES lamscope_features_run LibTorch::LibTorch nlohmann_json::nlohmann_json fmt::fmt)
target_precompile_headers(features_test REUSE_FROM model_test)
lamscope_test(features_golden_test LABEL golden
  SOURCES core/method/features/features_golden_test.cpp
  LIBRARIES lamscope_features_run nlohmann_json::nlohmann_json)
lamscope_test(features_command_test LABEL cli
  SOURCES core/method/features/features_command_test.cpp
  LIBRARIES lamscope_files nlohmann_json::nlohmann_json fmt::fmt)
target_compile_definitions(features_command_test PRIVATE LAMSCOPE_CLI="$<TARGET_FILE:lamscope-cli>")
add_dependencies(features_command_test lamscope-cli)
lamscope_test(features_families_test LABEL golden
  SOURCES
    core/method/features/every_family_survey_test.cpp
    support/every_family.cpp
    support/network_expectations.cpp
    support/network_variants.cpp
    support/restoration_networks.cpp
    support/small_networks.cpp
    support/synthetic_checkpoint.cpp
  LIBRARIES lamscope_features lamscope_checkpoint LibTorch::LibTorch nlohmann_json::nlohmann_json fmt::fmt)
target_precompile_headers(features_families_test REUSE_FROM model_test)
