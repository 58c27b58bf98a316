# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_test(checkpoint_test
  LABEL unit
  SOURCES
    core/model/checkpoint/comparison_test.cpp
    core/model/checkpoint/model_files_test.cpp
    core/model/checkpoint/pickle_test.cpp
    core/model/checkpoint/published_weights_test.cpp
    core/model/checkpoint/safetensors_test.cpp
    core/model/checkpoint/safetensors_writer_test.cpp
    core/model/checkpoint/sniff_test.cpp
    core/model/checkpoint/split_weights_test.cpp
    core/model/checkpoint/tensor_copy_test.cpp
    core/model/checkpoint/tensor_listing_test.cpp
    core/model/checkpoint/torch_file_test.cpp
    core/model/checkpoint/weight_group_test.cpp
    core/model/checkpoint/weight_set_test.cpp
    core/model/checkpoint/writers.cpp
  LIBRARIES lamscope_checkpoint nlohmann_json::nlohmann_json PkgConfig::libzip spdlog::spdlog)
# GCC 12 takes "literal" + std::string for an overlapping copy (its bug 105651).
target_compile_options(checkpoint_test PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
