# SPDX-License-Identifier: GPL-3.0-or-later
# Restoration networks over image files: `derain`, its picture and its command line.
lamscope_library(lamscope_derain_run
  HEADERS
    study/derain/derain_command_line.h
    study/derain/derain_picture.h
    study/derain/derain_run.h
    study/derain/rain_pairs.h
  SOURCES
    study/derain/derain_command_line.cpp
    study/derain/derain_picture.cpp
    study/derain/derain_run.cpp
    study/derain/rain_pairs.cpp
  PUBLIC lamscope_restoration lamscope_study
  PRIVATE opencv_core opencv_imgproc nlohmann_json::nlohmann_json fmt::fmt)
