# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_library(lamscope_study
  HEADERS
    study/benchmark.h
    study/evaluate.h
    study/image_pairs.h
    study/lam_run.h
    study/low_resolution.h
    study/overview_picture.h
    study/plain_loop.h
    study/reuse_benchmark.h
    study/scene.h
    study/shipped_files.h
    study/timing.h
    study/upscale_files.h
  SOURCES
    study/benchmark.cpp
    study/evaluate.cpp
    study/image_pairs.cpp
    study/lam_run.cpp
    study/low_resolution.cpp
    study/opencv_image.cpp
    study/overview_picture.cpp
    study/plain_loop.cpp
    study/reuse_benchmark.cpp
    study/scene.cpp
    study/shipped_files.cpp
    study/upscale_files.cpp
  PUBLIC lamscope_core lamscope_files lamscope_metrics
  PRIVATE LibTorch::LibTorch opencv_core opencv_imgproc nlohmann_json::nlohmann_json fmt::fmt-header-only)
set_source_files_properties(study/shipped_files.cpp PROPERTIES COMPILE_DEFINITIONS
  LAMSCOPE_SOURCE_FOLDER="${PROJECT_SOURCE_DIR}")
