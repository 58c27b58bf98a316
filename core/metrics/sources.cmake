# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_library(lamscope_metrics
  HEADERS
    metrics/concentration.h
    metrics/correlation.h
    metrics/kernel_density.h
    metrics/psnr_ssim.h
  SOURCES
    metrics/concentration.cpp
    metrics/correlation.cpp
    metrics/kernel_density.cpp
    metrics/map_check.cpp
    metrics/psnr_ssim.cpp
  PUBLIC lamscope_image
  PRIVATE opencv_core opencv_imgproc fmt::fmt)
