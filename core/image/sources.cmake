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
    image/pixel_mask.h
    image/real_plane.h
    image/resize.h
  SOURCES
    image/colour.cpp
    image/drawn_scene.cpp
    image/image.cpp
    image/low_resolution.cpp
    image/orientation.cpp
    image/real_plane.cpp
    image/resize.cpp
  PUBLIC lamscope_base
  PRIVATE fmt::fmt)
# Image files, each format by its own library.
lamscope_library(lamscope_files
  HEADERS
    image/image_file.h
    image/jpeg_loss.h
  SOURCES
    image/array_image.cpp
    image/bmp_header.cpp
    image/bmp_pixels.cpp
    image/colour_profile.cpp
    image/foreign_format.cpp
    image/image_file.cpp
    image/image_format.cpp
    image/image_writing.cpp
    image/jpeg_encoder.cpp
    image/jpeg_header.cpp
    image/jpeg_loss.cpp
    image/jpeg_pixels.cpp
    image/low_bits.cpp
    image/png_encoder.cpp
    image/png_header.cpp
    image/png_pixels.cpp
    image/pnm_header.cpp
    image/pnm_pixels.cpp
    image/tiff_colours.cpp
    image/tiff_encoder.cpp
    image/tiff_header.cpp
    image/tiff_memory.cpp
    image/tiff_pixels.cpp
    image/tiff_samples.cpp
    image/webp_header.cpp
    image/webp_pixels.cpp
  PUBLIC lamscope_image
  PRIVATE PNG::PNG JPEG::JPEG TIFF::TIFF PkgConfig::libwebp PkgConfig::lcms2 ZLIB::ZLIB fmt::fmt)
# What makes LR images worse than reduced HR images.
lamscope_library(lamscope_degradation
  HEADERS
    image/degradation.h
    image/gaussian_blur.h
    image/rain.h
    image/rain_bounds.h
    image/recipe_draws.h
    image/recipe_number.h
  SOURCES
    image/degradation.cpp
    image/degradation_recipe.cpp
    image/gaussian_blur.cpp
    image/rain.cpp
    image/rain_file.cpp
    image/recipe_draws.cpp
  PUBLIC lamscope_image
  PRIVATE lamscope_files opencv_core opencv_imgproc nlohmann_json::nlohmann_json fmt::fmt)
