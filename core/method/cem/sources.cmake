# SPDX-License-Identifier: GPL-3.0-or-later
# Causal effect maps, and their documents.
lamscope_library(lamscope_cem
  HEADERS
    method/cem/cem_document.h
    method/cem/cem_grid.h
    method/cem/cem_numbers.h
    method/cem/cem_options.h
    method/cem/cem_scan.h
    method/cem/interventions.h
  SOURCES
    method/cem/cem_document.cpp
    method/cem/cem_grid.cpp
    method/cem/cem_numbers.cpp
    method/cem/cem_options.cpp
    method/cem/cem_scan.cpp
    method/cem/interventions.cpp
    method/cem/pasted_blocks.cpp
  PUBLIC lamscope_metrics lamscope_scene
  PRIVATE LibTorch::LibTorch Boost::headers nlohmann_json::nlohmann_json fmt::fmt)
target_precompile_headers(lamscope_cem REUSE_FROM lamscope_runtime)
include(study/cem/sources.cmake)  # its command over files
