# SPDX-License-Identifier: GPL-3.0-or-later
# Networks and attribution: everything that needs LibTorch.
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
lamscope_library(lamscope_core
  HEADERS
    attribution/batch_calibration.h
    attribution/di_map.h
    attribution/evaluation_window.h
    attribution/lam.h
    attribution/lam_json.h
    attribution/lam_options.h
    attribution/nodes.h
    attribution/parameter_randomisation.h
    attribution/path_gradients.h
    attribution/path_image.h
    attribution/signed_map.h
    model/cropping.h
    model/device.h
    model/doctor.h
    model/model_card.h
    model/model_files.h
    model/model_spec.h
    model/process_memory.h
    model/sr_model.h
  SOURCES
    attribution/batch_calibration.cpp
    attribution/blurrable_image.cpp
    attribution/detector.cpp
    attribution/di_map.cpp
    attribution/evaluation_window.cpp
    attribution/image_paths.cpp
    attribution/integrator.cpp
    attribution/lam.cpp
    attribution/lam_context.cpp
    attribution/lam_refinement.cpp
    attribution/retained_forwards.cpp
    attribution/lam_json.cpp
    json_fields.cpp
    table_text.cpp
    attribution/lam_options.cpp
    attribution/nodes.cpp
    attribution/parameter_randomisation.cpp
    attribution/patch_groups.cpp
    attribution/path_gradients.cpp
    attribution/shared_refinement.cpp
    attribution/signed_map.cpp
    model/allocation_meter.cpp
    model/arch/attention.cpp
    model/arch/back_projection.cpp
    model/arch/edsr_network.cpp
    model/arch/layer_builder.cpp
    model/arch/layers.cpp
    model/arch/nonlocal_attention.cpp
    model/arch/residual_blocks.cpp
    model/arch/restoration_transformer.cpp
    model/arch/window_attention.cpp
    ${FAMILY_SOURCES}
    ${FAMILY_REGISTRY}
    model/bicubic_network.cpp
    model/cropping.cpp
    model/cropping_probe.cpp
    model/bookkeeping.cpp
    model/device.cpp
    model/doctor.cpp
    model/load.cpp
    model/luma.cpp
    model/model_files.cpp
    model/model_spec.cpp
    model/padded_network.cpp
    model/process_memory.cpp
    model/range_probe.cpp
    model/recognition.cpp
    model/receptive_field_probe.cpp
    model/sr_model.cpp
    model/torch_errors.cpp
    model/torchscript_card.cpp
    model/torchscript_network.cpp
    model/weight_choice.cpp
  PUBLIC lamscope_base
  PRIVATE lamscope_checkpoint lamscope_metrics lamscope_runtime LibTorch::LibTorch opencv_core opencv_imgproc fmt::fmt
          nlohmann_json::nlohmann_json ${CMAKE_DL_LIBS})
target_precompile_headers(lamscope_core PRIVATE torch_headers.h)
