# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_library(lamscope_files
  HEADERS
    image/image_file.h
  SOURCES
    image/array_image.cpp
    image/image_file.cpp
    image/image_format.cpp
    image/jpeg_end.cpp
    image/jpeg_header.cpp
    image/pnm_header.cpp
    image/tiff_header.cpp
    image/tiff_samples.cpp
  PUBLIC lamscope_base
  PRIVATE opencv_core opencv_imgproc opencv_imgcodecs TIFF::TIFF JPEG::JPEG fmt::fmt)
