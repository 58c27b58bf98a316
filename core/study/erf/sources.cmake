# SPDX-License-Identifier: GPL-3.0-or-later
# Effective receptive fields of image files, and their pictures.
lamscope_library(lamscope_erf_run
  HEADERS
    study/erf/erf_picture.h
    study/erf/erf_run.h
  SOURCES
    study/erf/erf_picture.cpp
    study/erf/erf_run.cpp
  PUBLIC lamscope_erf lamscope_study
  PRIVATE opencv_core opencv_imgproc nlohmann_json::nlohmann_json fmt::fmt)
