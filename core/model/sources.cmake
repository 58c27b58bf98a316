# SPDX-License-Identifier: GPL-3.0-or-later
# Networks and attribution: everything that needs LibTorch.
lamscope_library(lamscope_core
  HEADERS
    attribution/lam.h
    attribution/lam_json.h
    attribution/lam_options.h
    attribution/nodes.h
    attribution/parameter_randomisation.h
    attribution/path_image.h
    model/device.h
    model/doctor.h
    model/model_card.h
    model/model_spec.h
    model/process_memory.h
    model/sr_model.h
  SOURCES
    attribution/detector.cpp
    attribution/image_paths.cpp
    attribution/integrator.cpp
    attribution/lam.cpp
    attribution/lam_context.cpp
    attribution/lam_refinement.cpp
    attribution/retained_forwards.cpp
    attribution/lam_json.cpp
    json_fields.cpp
    attribution/lam_options.cpp
    attribution/nodes.cpp
    attribution/parameter_randomisation.cpp
    model/allocation_meter.cpp
    model/arch/attention.cpp
    model/arch/bsrn.cpp
    model/arch/carn.cpp
    model/arch/imdn.cpp
    model/arch/layers.cpp
    model/arch/pan.cpp
    model/arch/registry.cpp
    model/arch/rfdn.cpp
    model/arch/rlfn.cpp
    model/bicubic_network.cpp
    model/device.cpp
    model/doctor.cpp
    model/load.cpp
    model/model_spec.cpp
    model/process_memory.cpp
    model/range_probe.cpp
    model/receptive_field_probe.cpp
    model/sr_model.cpp
    model/torch_errors.cpp
    model/torchscript_network.cpp
  PUBLIC lamscope_base
  PRIVATE lamscope_checkpoint lamscope_metrics LibTorch::LibTorch opencv_core opencv_imgproc fmt::fmt-header-only
          nlohmann_json::nlohmann_json ${CMAKE_DL_LIBS})
# LibTorch's headers bring a newer fmt, which would meet the system's library at link time: used as headers alone, it
# needs none.
target_precompile_headers(lamscope_core PRIVATE <torch/torch.h>)
