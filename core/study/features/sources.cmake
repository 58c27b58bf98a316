# SPDX-License-Identifier: GPL-3.0-or-later
# Features of networks over image files, their pictures, and the commands that look at them.
lamscope_library(lamscope_features_run
  HEADERS
    study/features/feature_command_line.h
    study/features/feature_pictures.h
    study/features/feature_run.h
    study/features/feature_steps.h
    study/features/patch_sets.h
  SOURCES
    study/features/feature_command_line.cpp
    study/features/feature_pictures.cpp
    study/features/feature_run.cpp
    study/features/feature_steps.cpp
    study/features/patch_sets.cpp
  PUBLIC lamscope_features lamscope_study lamscope_degradation
  PRIVATE opencv_core opencv_imgproc nlohmann_json::nlohmann_json fmt::fmt)
