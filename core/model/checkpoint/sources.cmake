# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_library(lamscope_checkpoint
  HEADERS
    model/checkpoint/checkpoint.h
    model/checkpoint/comparison.h
    model/checkpoint/format_error.h
    model/checkpoint/model_files.h
    model/checkpoint/pickle.h
    model/checkpoint/safetensors_writer.h
    model/checkpoint/tensor_listing.h
  SOURCES
    model/checkpoint/checkpoint.cpp
    model/checkpoint/comparison.cpp
    model/checkpoint/dtype.cpp
    model/checkpoint/format_error.cpp
    model/checkpoint/group_reading.cpp
    model/checkpoint/merged_file.cpp
    model/checkpoint/model_files.cpp
    model/checkpoint/module_walk.cpp
    model/checkpoint/pickle.cpp
    model/checkpoint/safetensors.cpp
    model/checkpoint/safetensors_header.cpp
    model/checkpoint/safetensors_writer.cpp
    model/checkpoint/sniff.cpp
    model/checkpoint/split_weights.cpp
    model/checkpoint/storage_table.cpp
    model/checkpoint/tensor_copy.cpp
    model/checkpoint/tensor_file.cpp
    model/checkpoint/torch_file.cpp
    model/checkpoint/torch_legacy.cpp
    model/checkpoint/torch_object.cpp
    model/checkpoint/torch_zip.cpp
    model/checkpoint/weight_group.cpp
    model/checkpoint/weight_names.cpp
    model/checkpoint/weight_set.cpp
    model/checkpoint/zip_archive.cpp
  PUBLIC lamscope_base
  PRIVATE ZLIB::ZLIB nlohmann_json::nlohmann_json fmt::fmt)
