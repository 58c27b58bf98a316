# SPDX-License-Identifier: GPL-3.0-or-later
# Everything that needs LibTorch is one program: its headers are the slow part of each build.
lamscope_test(core_test LABEL unit
  SOURCES
    core/attribution/batch_calibration_test.cpp
    core/attribution/di_map_test.cpp
    core/attribution/image_paths_test.cpp
    core/attribution/integrator_test.cpp
    core/attribution/lam_json_test.cpp
    core/attribution/lam_options_test.cpp
    core/attribution/lam_test.cpp
    core/attribution/nodes_test.cpp
    core/attribution/path_gradients_test.cpp
    core/live/compute_thread_test.cpp
    core/live/live_engine_test.cpp
    core/model/cropping_test.cpp
    core/live/live_jobs_test.cpp
    core/model/device_test.cpp
    core/model/load_test.cpp
    core/model/model_spec_test.cpp
    core/model/networks_test.cpp
    core/model/recognition_test.cpp
    core/model/torchscript_card_test.cpp
    core/model/torchscript_test.cpp
    core/model/weight_choice_test.cpp
    core/study/image_pairs_test.cpp
    core/study/sanity_run_test.cpp
    core/study/study_test.cpp
    support/network_variants.cpp
  LIBRARIES lamscope_live lamscope_checkpoint LibTorch::LibTorch nlohmann_json::nlohmann_json fmt::fmt)
target_precompile_headers(core_test PRIVATE ${PROJECT_SOURCE_DIR}/core/torch_headers.h <gtest/gtest.h>)
# A program of its own: it registers a device.
lamscope_test(other_device_test LABEL unit
  SOURCES core/live/other_device_test.cpp support/other_device.cpp
  LIBRARIES lamscope_live lamscope_checkpoint LibTorch::LibTorch nlohmann_json::nlohmann_json fmt::fmt)
target_precompile_headers(other_device_test REUSE_FROM core_test)
if(LAMSCOPE_SANITIZERS)
  # The check of dynamic types needs type information that LibTorch does not export.
  set_source_files_properties(core/model/torchscript_card_test.cpp core/model/torchscript_test.cpp PROPERTIES
    COMPILE_OPTIONS -fno-sanitize=vptr SKIP_PRECOMPILE_HEADERS ON)
endif()
# Private headers of the core: recognition is not for the outside.
lamscope_test(network_records_test LABEL golden
  SOURCES core/model/network_records_test.cpp support/synthetic_checkpoint.cpp
    core/attribution/evaluation_test.cpp
    core/model/arch/back_projection_test.cpp
    core/model/arch/csnln_test.cpp
    core/model/arch/dat_test.cpp
    core/model/arch/distillation_networks_test.cpp
    core/model/arch/drln_test.cpp
    core/model/arch/edsr_test.cpp
    core/model/arch/hat_test.cpp
    core/model/arch/msrn_test.cpp
    core/model/arch/nonlocal_attention_test.cpp
    core/model/arch/rcan_test.cpp
    core/model/arch/rdn_test.cpp
    core/model/arch/rnan_test.cpp
    core/model/arch/rrdbnet_test.cpp
    core/model/arch/safmn_test.cpp
    core/model/arch/san_test.cpp
    core/model/arch/span_test.cpp
    core/model/arch/srresnet_test.cpp
    core/model/arch/swinir_test.cpp
    core/model/arch/window_attention_test.cpp
    core/model/arch/y_networks_test.cpp
    support/network_variants.cpp
    support/small_networks.cpp
  LIBRARIES lamscope_core lamscope_checkpoint LibTorch::LibTorch nlohmann_json::nlohmann_json fmt::fmt)
target_precompile_headers(network_records_test REUSE_FROM core_test)
lamscope_test(golden_test LABEL golden
  SOURCES golden/lam_golden_test.cpp golden/lam_networks_test.cpp golden/psnr_golden_test.cpp
    golden/shipped_networks_test.cpp golden/weight_cases_test.cpp
    support/synthetic_checkpoint.cpp
  LIBRARIES lamscope_study lamscope_checkpoint nlohmann_json::nlohmann_json)
lamscope_test(image_cases_test LABEL golden
  SOURCES golden/image_cases_test.cpp
  LIBRARIES lamscope_study nlohmann_json::nlohmann_json)
lamscope_test(cli_test LABEL cli
  SOURCES cli/cli_test.cpp cli/console_test.cpp
  LIBRARIES lamscope_files lamscope_console nlohmann_json::nlohmann_json)
target_compile_definitions(cli_test PRIVATE LAMSCOPE_CLI="$<TARGET_FILE:lamscope-cli>")
add_dependencies(cli_test lamscope-cli)
