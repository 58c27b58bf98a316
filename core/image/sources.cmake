# SPDX-License-Identifier: GPL-3.0-or-later
# Images in memory, without OpenCV.
lamscope_library(lamscope_image
  HEADERS
    image/colour.h
    image/drawn_scene.h
    image/image.h
    image/image_reading.h
    image/low_resolution.h
    image/orientation.h
    image/resize.h
  SOURCES
    image/colour.cpp
    image/drawn_scene.cpp
    image/image.cpp
    image/low_resolution.cpp
    image/orientation.cpp
    image/resize.cpp
  PUBLIC lamscope_base
  PRIVATE fmt::fmt)
# Image files: the only user of OpenCV's imgcodecs.
lamscope_library(lamscope_files
  HEADERS
    image/image_file.h
  SOURCES
    image/array_image.cpp
    image/colour_profile.cpp
    image/image_file.cpp
    image/image_format.cpp
    image/jpeg_end.cpp
    image/jpeg_header.cpp
    image/low_bits.cpp
    image/opencv_image.cpp
    image/png_header.cpp
    image/pnm_header.cpp
    image/tiff_header.cpp
    image/tiff_samples.cpp
  PUBLIC lamscope_image
  PRIVATE opencv_core opencv_imgproc opencv_imgcodecs TIFF::TIFF JPEG::JPEG PkgConfig::lcms2 ZLIB::ZLIB fmt::fmt)
