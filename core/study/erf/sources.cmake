# SPDX-License-Identifier: GPL-3.0-or-later
# Effective receptive fields of image files, their pictures, and the command that measures them.
lamscope_library(lamscope_erf_run
  HEADERS
    study/erf/erf_command_line.h
    study/erf/erf_picture.h
    study/erf/erf_run.h
  SOURCES
    study/erf/erf_command_line.cpp
    study/erf/erf_picture.cpp
    study/erf/erf_run.cpp
  PUBLIC lamscope_erf lamscope_study
  PRIVATE opencv_core opencv_imgproc nlohmann_json::nlohmann_json fmt::fmt)
