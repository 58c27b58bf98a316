# SPDX-License-Identifier: GPL-3.0-or-later
# Networks: files, families, cards, and what is probed when a network is loaded.
#
# A network family is one file; the registry lists what lies in the folder.
file(GLOB FAMILY_SOURCES CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/arch/families/*.cpp)
set(FAMILY_DECLARATIONS "")
set(FAMILY_NAMES "")
foreach(source IN LISTS FAMILY_SOURCES)
  get_filename_component(family ${source} NAME_WE)
  string(APPEND FAMILY_DECLARATIONS "namespace ${family} {\nArchitecture architecture();\n}\n")
  list(APPEND FAMILY_NAMES "${family}::architecture()")
endforeach()
list(JOIN FAMILY_NAMES ", " FAMILY_NAMES)
set(FAMILY_REGISTRY ${CMAKE_CURRENT_BINARY_DIR}/registry.cpp)
configure_file(${CMAKE_CURRENT_LIST_DIR}/arch/registry.cpp.in ${FAMILY_REGISTRY} @ONLY)
# Compiled together with a family, its declaration of that family would be a second one.
set_source_files_properties(${FAMILY_REGISTRY} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
lamscope_library(lamscope_model
  HEADERS
    model/cropping.h
    model/model_card.h
    model/model_spec.h
    model/remote/served_identity.h
    model/size_guards.h
    model/sr_model.h
    model/stored_tensors.h
    model/tiled_image.h
  SOURCES
    ${FAMILY_REGISTRY}
    ${FAMILY_SOURCES}
    model/arch/assumed_numbers.cpp
    model/arch/attention.cpp
    model/arch/attention_in_windows.cpp
    model/arch/back_projection.cpp
    model/arch/convolution_row.cpp
    model/arch/convolutional_mlp.cpp
    model/arch/dysample.cpp
    model/arch/batch_norm.cpp
    model/arch/channel_self_attention.cpp
    model/arch/edsr_network.cpp
    model/arch/feature_modulation.cpp
    model/arch/layer_builder.cpp
    model/arch/layers.cpp
    model/arch/local_average.cpp
    model/arch/noise_plane.cpp
    model/arch/position_network.cpp
    model/arch/prenet_network.cpp
    model/arch/residual_blocks.cpp
    model/arch/restoration_transformer.cpp
    model/arch/symmetric_padding.cpp
    model/arch/span_blocks.cpp
    model/arch/gated_convolutions.cpp
    model/arch/gated_mlp.cpp
    model/arch/rectangular_windows.cpp
    model/arch/selective_scan.cpp
    model/arch/state_space.cpp
    model/arch/swin_block.cpp
    model/arch/window_attention.cpp
    model/arch/window_kernels.cpp
    model/bicubic_network.cpp
    model/bookkeeping.cpp
    model/cropped_trunk.cpp
    model/cropping.cpp
    model/editable_model.cpp
    model/exported/exported_card.cpp
    model/exported/exported_network.cpp
    model/feature_sink.cpp
    model/load.cpp
    model/loaders.cpp
    model/luma.cpp
    model/model_spec.cpp
    model/network.cpp
    model/padded_network.cpp
    model/per_colour_network.cpp
    model/probe/cropping_probe.cpp
    model/probe/gradient_memory.cpp
    model/probe/range_probe.cpp
    model/probe/receptive_field_probe.cpp
    model/pt2/interpreter.cpp
    model/pt2/operand.cpp
    model/pt2/output_bound.cpp
    model/pt2/plan.cpp
    model/pt2/program_sizes.cpp
    model/pt2/pt2_network.cpp
    model/pt2/symbolic_numbers.cpp
    model/recognition.cpp
    model/pt2/stored_tensor.cpp
    model/remote/held_pass.cpp
    model/remote/remote_loader.cpp
    model/remote/remote_network.cpp
    model/secant/elementwise_rules.cpp
    model/secant/hyperbolic_rules.cpp
    model/secant/normalisation_rules.cpp
    model/secant/pooling_rules.cpp
    model/secant/product_rules.cpp
    model/secant/secant_kernels.cpp
    model/secant/secant_rules.cpp
    model/secant/secant_scope.cpp
    model/sr_model.cpp
    model/stoppable_evaluation.cpp
    model/stored_tensors.cpp
    model/tiled_image.cpp
    model/torchscript/observed_forward.cpp
    model/torchscript/torchscript_network.cpp
    model/unsupported_families.cpp
    model/weight_choice.cpp
    model/weights_watch.cpp
  PUBLIC lamscope_image lamscope_runtime lamscope_checkpoint lamscope_pt2
  PRIVATE lamscope_bridge LibTorch::LibTorch fmt::fmt nlohmann_json::nlohmann_json)
target_precompile_headers(lamscope_model REUSE_FROM lamscope_runtime)
# Loops that are worth vectors: sums in any order. Infinities and NaN stay what they are.
set_source_files_properties(model/arch/window_kernels.cpp model/secant/secant_kernels.cpp PROPERTIES
  COMPILE_OPTIONS "-O3;-fno-math-errno;-fno-trapping-math;-fno-signed-zeros;-fassociative-math;-fopenmp-simd"
  SKIP_UNITY_BUILD_INCLUSION ON SKIP_PRECOMPILE_HEADERS ON)
