# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_library(lamscope_study
  HEADERS
    study/degrade_files.h
    study/evaluate.h
    study/image_pairs.h
    study/lam_command_line.h
    study/lam_run.h
    study/overview_picture.h
    study/sanity_run.h
    study/shipped_files.h
    study/upscale_files.h
  SOURCES
    study/command_words.cpp
    study/degrade_files.cpp
    study/evaluate.cpp
    study/image_pairs.cpp
    study/lam_command_line.cpp
    study/lam_run.cpp
    study/opencv_image.cpp
    study/overview_picture.cpp
    study/run_maps.cpp
    study/sanity_run.cpp
    study/sheet_drawing.cpp
    study/shipped_files.cpp
    study/upscale_files.cpp
  PUBLIC lamscope_report lamscope_files lamscope_degradation lamscope_lpips
  PRIVATE opencv_core opencv_imgproc nlohmann_json::nlohmann_json fmt::fmt)
set_source_files_properties(study/shipped_files.cpp PROPERTIES COMPILE_DEFINITIONS
  LAMSCOPE_SOURCE_FOLDER="${PROJECT_SOURCE_DIR}")
