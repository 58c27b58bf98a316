# SPDX-License-Identifier: GPL-3.0-or-later
# The faithfulness of maps of image files, its pictures, and the command that measures it.
lamscope_library(lamscope_faithfulness_run
  HEADERS
    study/faithfulness/faithfulness_command_line.h
    study/faithfulness/faithfulness_document.h
    study/faithfulness/faithfulness_picture.h
    study/faithfulness/faithfulness_run.h
  SOURCES
    study/faithfulness/faithfulness_command_line.cpp
    study/faithfulness/faithfulness_document.cpp
    study/faithfulness/faithfulness_picture.cpp
    study/faithfulness/faithfulness_run.cpp
  PUBLIC lamscope_faithfulness lamscope_study
  PRIVATE opencv_core opencv_imgproc nlohmann_json::nlohmann_json fmt::fmt)
