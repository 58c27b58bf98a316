# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_test(training_test LABEL unit
  SOURCES
    core/training/backgrounds_test.cpp
    core/training/initial_weights_test.cpp
    core/training/key_pattern_test.cpp
    core/training/rain_pool_test.cpp
    core/training/trainer_test.cpp
    core/training/training_images_test.cpp
    core/training/training_options_test.cpp
    core/training/training_run_test.cpp
  LIBRARIES lamscope_training LibTorch::LibTorch nlohmann_json::nlohmann_json fmt::fmt)
target_precompile_headers(training_test REUSE_FROM model_test)
