# SPDX-License-Identifier: GPL-3.0-or-later
# Programs of torch.export as data: without LibTorch, so that the fuzzers can build it.
lamscope_library(lamscope_pt2
  HEADERS
    model/pt2/archive.h
    model/pt2/guards.h
    model/pt2/operators.h
    model/pt2/program.h
    model/pt2/survey.h
  SOURCES
    model/pt2/archive.cpp
    model/pt2/graph_reader.cpp
    model/pt2/guards.cpp
    model/pt2/json_fields.cpp
    model/pt2/operators.cpp
    model/pt2/program.cpp
    model/pt2/survey.cpp
    model/pt2/tensor_records.cpp
    model/pt2/weights_config.cpp
  PUBLIC lamscope_checkpoint
  PRIVATE nlohmann_json::nlohmann_json fmt::fmt)
