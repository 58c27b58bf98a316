# SPDX-License-Identifier: GPL-3.0-or-later
# Causal effect maps of image files, their pictures, and the command that computes them.
lamscope_library(lamscope_cem_run
  HEADERS
    study/cem/cem_command_line.h
    study/cem/cem_picture.h
    study/cem/cem_run.h
    study/cem/intervention_files.h
  SOURCES
    study/cem/cem_command_line.cpp
    study/cem/cem_picture.cpp
    study/cem/cem_run.cpp
    study/cem/intervention_files.cpp
  PUBLIC lamscope_cem lamscope_study
  PRIVATE opencv_core opencv_imgproc nlohmann_json::nlohmann_json fmt::fmt)
