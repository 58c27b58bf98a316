# SPDX-License-Identifier: GPL-3.0-or-later
# Its precompiled headers serve all tests that need LibTorch.
lamscope_test(model_test LABEL unit
  SOURCES
    core/model/closest_network_test.cpp
    core/model/cropping_test.cpp
    core/model/load_test.cpp
    core/model/model_spec_test.cpp
    core/model/networks_test.cpp
    core/model/pt2/operators_test.cpp
    core/model/pt2/stored_tensor_test.cpp
    core/model/recognition_test.cpp
    core/model/restoration_networks_test.cpp
    core/model/tiled_image_test.cpp
    core/model/torchscript/observed_forward_test.cpp
    core/model/torchscript/torchscript_card_test.cpp
    core/model/torchscript/torchscript_test.cpp
    core/model/weight_choice_test.cpp
    core/model/wiring_test.cpp
    core/runtime/device_test.cpp
    support/network_variants.cpp
    support/small_networks.cpp
  LIBRARIES lamscope_live lamscope_study lamscope_checkpoint lamscope_pt2 LibTorch::LibTorch nlohmann_json::nlohmann_json fmt::fmt)
target_precompile_headers(model_test PRIVATE ${PROJECT_SOURCE_DIR}/core/runtime/torch_headers.h <gtest/gtest.h>)
lamscope_test(pt2_network_test LABEL unit
  SOURCES
    core/model/checkpoint/writers.cpp
    core/model/pt2/edited_programs_test.cpp
    core/model/pt2/interpreter_test.cpp
    core/model/pt2/pt2_network_test.cpp
    core/model/pt2/small_program.cpp
    core/model/pt2/symbolic_numbers_test.cpp
  LIBRARIES lamscope_lam lamscope_checkpoint lamscope_pt2 LibTorch::LibTorch nlohmann_json::nlohmann_json
            PkgConfig::libzip fmt::fmt)
target_precompile_headers(pt2_network_test REUSE_FROM model_test)
lamscope_test(pt2_golden_test LABEL golden
  SOURCES
    core/model/pt2/golden_archive.cpp
    core/model/pt2/golden_test.cpp
  LIBRARIES lamscope_lam lamscope_checkpoint lamscope_pt2 LibTorch::LibTorch nlohmann_json::nlohmann_json fmt::fmt)
target_precompile_headers(pt2_golden_test REUSE_FROM model_test)
if(LAMSCOPE_SANITIZERS)
  # The check of dynamic types needs type information that LibTorch does not export.
  set_source_files_properties(
    core/model/torchscript/observed_forward_test.cpp
    core/model/torchscript/torchscript_card_test.cpp
    core/model/torchscript/torchscript_test.cpp
    PROPERTIES COMPILE_OPTIONS -fno-sanitize=vptr SKIP_PRECOMPILE_HEADERS ON)
endif()
# Private headers of the core: recognition is not for the outside.
lamscope_test(network_records_test LABEL golden
  SOURCES
    core/method/lam/evaluation_test.cpp
    core/model/arch/atd_test.cpp
    core/model/arch/attention_in_windows_test.cpp
    core/model/arch/back_projection_test.cpp
    core/model/arch/compact_test.cpp
    core/model/arch/catanet_test.cpp
    core/model/arch/csnln_test.cpp
    core/model/arch/dat_test.cpp
    core/model/arch/denoisers_test.cpp
    core/model/arch/distillation_networks_test.cpp
    core/model/arch/drln_test.cpp
    core/model/arch/drunet_test.cpp
    core/model/arch/dysample_test.cpp
    core/model/arch/edsr_test.cpp
    core/model/arch/feature_modulation_test.cpp
    core/model/arch/hat_test.cpp
    core/model/arch/man_test.cpp
    core/model/arch/mambairv2_test.cpp
    core/model/arch/mprnet_test.cpp
    core/model/arch/msrn_test.cpp
    core/model/arch/nafnet_test.cpp
    core/model/arch/nonlocal_attention_test.cpp
    core/model/arch/pft_test.cpp
    core/model/arch/prenet_test.cpp
    core/model/arch/plksr_test.cpp
    core/model/arch/rcan_test.cpp
    core/model/arch/rdn_test.cpp
    core/model/arch/restormer_test.cpp
    core/model/arch/rgt_test.cpp
    core/model/arch/rnan_test.cpp
    core/model/arch/rrdbnet_test.cpp
    core/model/arch/safmn_test.cpp
    core/model/arch/san_test.cpp
    core/model/arch/selective_scan_test.cpp
    core/model/arch/span_test.cpp
    core/model/arch/srresnet_test.cpp
    core/model/arch/swinir_test.cpp
    core/model/arch/symmetric_padding_test.cpp
    core/model/arch/window_attention_test.cpp
    core/model/arch/uformer_test.cpp
    core/model/arch/windowed_networks_test.cpp
    core/model/arch/y_networks_test.cpp
    core/model/editable_model_test.cpp
    core/model/network_records_test.cpp
    core/model/secant/secant_rules_test.cpp
    core/model/taps_test.cpp
    support/every_family.cpp
    support/network_variants.cpp
    support/restoration_networks.cpp
    support/small_networks.cpp
    support/network_expectations.cpp
    support/synthetic_checkpoint.cpp
  LIBRARIES lamscope_lam lamscope_checkpoint LibTorch::LibTorch nlohmann_json::nlohmann_json fmt::fmt)
target_precompile_headers(network_records_test REUSE_FROM model_test)
