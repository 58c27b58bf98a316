# SPDX-License-Identifier: GPL-3.0-or-later
# Training of the native networks. It made the shipped networks, and fine-tunes others.
lamscope_library(lamscope_training
  HEADERS
    training/backgrounds.h
    training/curve_picture.h
    training/initial_weights.h
    training/key_pattern.h
    training/rain_pool.h
    training/training_card.h
    training/training_log.h
    training/training_options.h
    training/training_run.h
    training/training_state.h
  SOURCES
    training/backgrounds.cpp
    training/curve_picture.cpp
    training/initial_weights.cpp
    training/key_pattern.cpp
    training/rain_pool.cpp
    training/trainer.cpp
    training/training_card.cpp
    training/training_images.cpp
    training/training_log.cpp
    training/training_options.cpp
    training/training_run.cpp
    training/training_state.cpp
  PUBLIC lamscope_derain_run lamscope_checkpoint lamscope_degradation
  PRIVATE LibTorch::LibTorch opencv_core opencv_imgproc nlohmann_json::nlohmann_json fmt::fmt)
target_precompile_headers(lamscope_training REUSE_FROM lamscope_runtime)
