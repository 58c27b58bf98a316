# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_test(pt2_test
  LABEL unit
  SOURCES
    core/model/checkpoint/writers.cpp
    core/model/pt2/archive_test.cpp
    core/model/pt2/guards_test.cpp
    core/model/pt2/program_test.cpp
    core/model/pt2/small_program.cpp
    core/model/pt2/survey_test.cpp
    core/model/pt2/tensor_records_test.cpp
  LIBRARIES lamscope_pt2 nlohmann_json::nlohmann_json PkgConfig::libzip)
target_compile_options(pt2_test PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
