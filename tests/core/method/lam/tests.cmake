# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_test(lam_test LABEL unit
  SOURCES
    core/method/lam/batch_calibration_test.cpp
    core/method/lam/di_map_test.cpp
    core/method/lam/gradient_memory_test.cpp
    core/method/lam/image_paths_test.cpp
    core/method/lam/lam_experiment_test.cpp
    core/method/lam/lam_option_table_test.cpp
    core/method/lam/lam_options_test.cpp
    core/method/lam/lam_test.cpp
    core/method/lam/parameter_randomisation_test.cpp
    core/method/lam/path_curve_test.cpp
    core/method/lam/path_gradients_test.cpp
    core/method/lam/rain_path_test.cpp
    support/network_expectations.cpp
    support/network_variants.cpp
    support/synthetic_checkpoint.cpp
  LIBRARIES lamscope_lam lamscope_study lamscope_checkpoint LibTorch::LibTorch nlohmann_json::nlohmann_json fmt::fmt)
target_precompile_headers(lam_test REUSE_FROM model_test)
lamscope_test(golden_test LABEL golden
  SOURCES
    golden/lam_golden_test.cpp
    golden/lam_networks_test.cpp
    golden/psnr_golden_test.cpp
    golden/shipped_networks_test.cpp
    golden/weight_cases_test.cpp
    support/network_expectations.cpp
    support/synthetic_checkpoint.cpp
  LIBRARIES lamscope_study lamscope_checkpoint nlohmann_json::nlohmann_json)
