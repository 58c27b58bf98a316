# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_library(lamscope_study
  HEADERS
    study/benchmark.h
    study/evaluate.h
    study/image_pairs.h
    study/low_resolution.h
    study/scene.h
  SOURCES
    study/benchmark.cpp
    study/evaluate.cpp
    study/image_pairs.cpp
    study/low_resolution.cpp
    study/scene.cpp
  PUBLIC lamscope_core lamscope_files lamscope_metrics
  PRIVATE LibTorch::LibTorch nlohmann_json::nlohmann_json fmt::fmt-header-only)
