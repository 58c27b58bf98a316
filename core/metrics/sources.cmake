# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_library(lamscope_metrics
  HEADERS
    metrics/bootstrap.h
    metrics/calinski_harabasz.h
    metrics/concentration.h
    metrics/correlation.h
    metrics/generalised_gaussian.h
    metrics/gram_matrix.h
    metrics/kernel_density.h
    metrics/percentile.h
    metrics/psnr_ssim.h
    metrics/shifted_correlation.h
    metrics/signed_rank.h
    metrics/tsne.h
  SOURCES
    metrics/bootstrap.cpp
    metrics/calinski_harabasz.cpp
    metrics/concentration.cpp
    metrics/correlation.cpp
    metrics/generalised_gaussian.cpp
    metrics/gram_matrix.cpp
    metrics/kernel_density.cpp
    metrics/map_check.cpp
    metrics/percentile.cpp
    metrics/psnr_ssim.cpp
    metrics/shifted_correlation.cpp
    metrics/signed_rank.cpp
    metrics/tsne.cpp
  PUBLIC lamscope_image
  PRIVATE opencv_core opencv_imgproc Boost::headers Threads::Threads fmt::fmt)
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
# Principal components, by LibTorch's LAPACK.
lamscope_library(lamscope_components
  HEADERS
    metrics/principal_components.h
  SOURCES
    metrics/principal_components.cpp
  PUBLIC lamscope_metrics
  PRIVATE lamscope_runtime LibTorch::LibTorch fmt::fmt)
target_precompile_headers(lamscope_components REUSE_FROM lamscope_runtime)
