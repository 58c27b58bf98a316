# SPDX-License-Identifier: GPL-3.0-or-later
# Features of networks over sets of patches: generalisation (SRGA) and degradation semantics (DDR).
lamscope_library(lamscope_features
  HEADERS
    method/features/ddr.h
    method/features/ddr_document.h
    method/features/ddr_options.h
    method/features/feature_grams.h
    method/features/feature_set.h
    method/features/srga.h
    method/features/srga_document.h
    method/features/srga_options.h
    method/features/strength_family.h
    method/features/tap_layout.h
    method/features/tap_survey.h
  SOURCES
    method/features/ddr.cpp
    method/features/ddr_document.cpp
    method/features/ddr_options.cpp
    method/features/feature_grams.cpp
    method/features/feature_set.cpp
    method/features/srga.cpp
    method/features/srga_document.cpp
    method/features/srga_options.cpp
    method/features/strength_family.cpp
    method/features/tap_survey.cpp
  PUBLIC lamscope_components lamscope_scene
  PRIVATE lamscope_degradation LibTorch::LibTorch nlohmann_json::nlohmann_json fmt::fmt)
target_precompile_headers(lamscope_features REUSE_FROM lamscope_runtime)
