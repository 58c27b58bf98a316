# SPDX-License-Identifier: GPL-3.0-or-later
# Which filters of a network do one job (FAIG), and the documents that say so.
lamscope_library(lamscope_faig
  HEADERS
    method/faig/faig_document.h
    method/faig/faig_images.h
    method/faig/faig_options.h
    method/faig/faig_pair.h
    method/faig/faig_scores.h
    method/faig/filter_index.h
    method/faig/filter_ranking.h
    method/faig/filter_readout.h
  SOURCES
    method/faig/faig_document.cpp
    method/faig/faig_images.cpp
    method/faig/faig_options.cpp
    method/faig/faig_pair.cpp
    method/faig/faig_scores.cpp
    method/faig/faig_weights.cpp
    method/faig/filter_index.cpp
    method/faig/filter_ranking.cpp
    method/faig/filter_readout.cpp
  PUBLIC lamscope_integrate lamscope_metrics lamscope_scene
  PRIVATE lamscope_degradation LibTorch::LibTorch nlohmann_json::nlohmann_json fmt::fmt)
target_precompile_headers(lamscope_faig REUSE_FROM lamscope_runtime)
include(study/faig/sources.cmake)  # its command over files
