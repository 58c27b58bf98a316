# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_library(lamscope_metrics
  HEADERS
    metrics/bootstrap.h
    metrics/concentration.h
    metrics/correlation.h
    metrics/kernel_density.h
    metrics/psnr_ssim.h
    metrics/shifted_correlation.h
    metrics/signed_rank.h
  SOURCES
    metrics/bootstrap.cpp
    metrics/concentration.cpp
    metrics/correlation.cpp
    metrics/kernel_density.cpp
    metrics/map_check.cpp
    metrics/psnr_ssim.cpp
    metrics/shifted_correlation.cpp
    metrics/signed_rank.cpp
  PUBLIC lamscope_image
  PRIVATE opencv_core opencv_imgproc Boost::headers fmt::fmt)
# LPIPS, which reads the weights of a network and evaluates it.
lamscope_library(lamscope_lpips
  HEADERS
    metrics/lpips.h
  SOURCES
    metrics/lpips.cpp
    metrics/lpips_network.cpp
  PUBLIC lamscope_image
  PRIVATE lamscope_runtime lamscope_checkpoint LibTorch::LibTorch fmt::fmt)
target_precompile_headers(lamscope_lpips REUSE_FROM lamscope_runtime)
