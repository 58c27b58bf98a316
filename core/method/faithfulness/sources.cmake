# SPDX-License-Identifier: GPL-3.0-or-later
# Whether maps are true to their networks: curves, infidelity, sensitivity.
lamscope_library(lamscope_faithfulness
  HEADERS
    method/faithfulness/attribution.h
    method/faithfulness/faithfulness.h
    method/faithfulness/faithfulness_columns.h
    method/faithfulness/faithfulness_options.h
    method/faithfulness/infidelity.h
    method/faithfulness/pixel_orders.h
    method/faithfulness/replacement_curve.h
    method/faithfulness/sensitivity.h
  SOURCES
    method/faithfulness/attribution.cpp
    method/faithfulness/faithfulness.cpp
    method/faithfulness/faithfulness_columns.cpp
    method/faithfulness/faithfulness_options.cpp
    method/faithfulness/infidelity.cpp
    method/faithfulness/mixed_images.cpp
    method/faithfulness/pixel_orders.cpp
    method/faithfulness/replacement_curve.cpp
    method/faithfulness/sensitivity.cpp
  PUBLIC lamscope_lam
  PRIVATE LibTorch::LibTorch nlohmann_json::nlohmann_json fmt::fmt)
target_precompile_headers(lamscope_faithfulness REUSE_FROM lamscope_runtime)
include(study/faithfulness/sources.cmake)  # its command over files
