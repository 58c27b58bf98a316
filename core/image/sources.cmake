# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_library(lamscope_files
  HEADERS
    image/image_file.h
  SOURCES
    image/image_file.cpp
    image/image_format.cpp
  PUBLIC lamscope_base
  PRIVATE opencv_core opencv_imgproc opencv_imgcodecs fmt::fmt)
