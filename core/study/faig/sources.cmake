# SPDX-License-Identifier: GPL-3.0-or-later
# FAIG of weight files and image files, its tables and pictures.
lamscope_library(lamscope_faig_run
  HEADERS
    study/faig/faig_picture.h
    study/faig/faig_run.h
    study/faig/faig_tables.h
  SOURCES
    study/faig/faig_picture.cpp
    study/faig/faig_run.cpp
    study/faig/faig_tables.cpp
  PUBLIC lamscope_faig lamscope_study_run
  PRIVATE opencv_core opencv_imgproc nlohmann_json::nlohmann_json fmt::fmt)
