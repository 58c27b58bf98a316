# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_library(lamscope_lam
  HEADERS
    method/lam/batch_calibration.h
    method/lam/di_map.h
    method/lam/evaluation_window.h
    method/lam/lam.h
    method/lam/lam_experiment.h
    method/lam/lam_option_table.h
    method/lam/lam_options.h
    method/lam/mask_mass.h
    method/lam/parameter_randomisation.h
    method/lam/patch_scan.h
    method/lam/path_curve.h
    method/lam/path_gradients.h
    method/lam/path_image.h
    method/lam/signed_map.h
  SOURCES
    method/lam/batch_calibration.cpp
    method/lam/blurrable_image.cpp
    method/lam/detector.cpp
    method/lam/di_map.cpp
    method/lam/evaluation_window.cpp
    method/lam/forward_passes.cpp
    method/lam/image_paths.cpp
    method/lam/lam.cpp
    method/lam/lam_context.cpp
    method/lam/lam_experiment.cpp
    method/lam/lam_option_table.cpp
    method/lam/lam_options.cpp
    method/lam/lam_refinement.cpp
    method/lam/mask_mass.cpp
    method/lam/measured_path.cpp
    method/lam/parameter_randomisation.cpp
    method/lam/patch_groups.cpp
    method/lam/patch_scan.cpp
    method/lam/path_curve.cpp
    method/lam/path_gradients.cpp
    method/lam/signed_map.cpp
  PUBLIC lamscope_integrate lamscope_metrics lamscope_scene
  PRIVATE LibTorch::LibTorch opencv_core opencv_imgproc fmt::fmt)
target_precompile_headers(lamscope_lam REUSE_FROM lamscope_runtime)
