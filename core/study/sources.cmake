# SPDX-License-Identifier: GPL-3.0-or-later
# What `bench` needs: no image files, so that it can be carried to a machine with LibTorch and little else.
lamscope_library(lamscope_benchmark
  HEADERS
    study/benchmark.h
    study/busy_benchmark.h
    study/low_resolution.h
    study/plain_loop.h
    study/reuse_benchmark.h
    study/scene.h
    study/timing.h
  SOURCES
    study/benchmark.cpp
    study/busy_benchmark.cpp
    study/low_resolution.cpp
    study/plain_loop.cpp
    study/reuse_benchmark.cpp
    study/scene.cpp
  PUBLIC lamscope_core lamscope_metrics lamscope_runtime
  PRIVATE LibTorch::LibTorch nlohmann_json::nlohmann_json fmt::fmt)
target_precompile_headers(lamscope_benchmark REUSE_FROM lamscope_core)
lamscope_library(lamscope_study
  HEADERS
    study/evaluate.h
    study/image_pairs.h
    study/lam_run.h
    study/overview_picture.h
    study/sanity_run.h
    study/shipped_files.h
    study/upscale_files.h
  SOURCES
    study/evaluate.cpp
    study/image_pairs.cpp
    study/lam_run.cpp
    study/opencv_image.cpp
    study/overview_picture.cpp
    study/sanity_run.cpp
    study/shipped_files.cpp
    study/upscale_files.cpp
  PUBLIC lamscope_benchmark lamscope_files
  PRIVATE opencv_core opencv_imgproc nlohmann_json::nlohmann_json fmt::fmt)
set_source_files_properties(study/shipped_files.cpp PROPERTIES COMPILE_DEFINITIONS
  LAMSCOPE_SOURCE_FOLDER="${PROJECT_SOURCE_DIR}")
