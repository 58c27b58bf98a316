# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_test(metrics_test LABEL unit
  SOURCES
    core/metrics/calinski_harabasz_test.cpp
    core/metrics/concentration_test.cpp
    core/metrics/correlation_test.cpp
    core/metrics/generalised_gaussian_test.cpp
    core/metrics/kernel_density_test.cpp
    core/metrics/psnr_ssim_test.cpp
    core/metrics/shifted_correlation_test.cpp
  LIBRARIES lamscope_metrics lamscope_files)
lamscope_test(thread_test LABEL thread
  SOURCES
    core/metrics/thread_safety_test.cpp
  LIBRARIES lamscope_metrics)
lamscope_test(statistics_test LABEL golden
  SOURCES
    core/metrics/statistics_test.cpp
  LIBRARIES lamscope_metrics nlohmann_json::nlohmann_json)
lamscope_test(lpips_test LABEL golden
  SOURCES
    core/metrics/lpips_test.cpp
    support/network_expectations.cpp
    support/synthetic_checkpoint.cpp
  LIBRARIES lamscope_lpips lamscope_files lamscope_checkpoint LibTorch::LibTorch nlohmann_json::nlohmann_json fmt::fmt)
lamscope_test(features_metrics_test LABEL golden
  SOURCES
    core/metrics/feature_metrics_golden_test.cpp
    core/metrics/principal_components_test.cpp
    core/metrics/tsne_test.cpp
  LIBRARIES lamscope_components nlohmann_json::nlohmann_json)
