# SPDX-License-Identifier: GPL-3.0-or-later
# Effective receptive fields, and their documents.
lamscope_library(lamscope_erf
  HEADERS
    method/erf/erf.h
    method/erf/erf_document.h
    method/erf/erf_measurement.h
    method/erf/erf_numbers.h
    method/erf/erf_options.h
  SOURCES
    method/erf/erf.cpp
    method/erf/erf_document.cpp
    method/erf/erf_measurement.cpp
    method/erf/erf_numbers.cpp
    method/erf/erf_options.cpp
  PUBLIC lamscope_metrics lamscope_scene
  PRIVATE LibTorch::LibTorch nlohmann_json::nlohmann_json fmt::fmt)
target_precompile_headers(lamscope_erf REUSE_FROM lamscope_runtime)
include(study/erf/sources.cmake)  # its command over files
