# SPDX-License-Identifier: GPL-3.0-or-later
# The fuzzers' seeds and former findings, replayed in the ordinary suite.
lamscope_test(fuzz_replay_test
  LABEL unit
  SOURCES
    core/model/checkpoint/writers.cpp
    core/model/pt2/small_program.cpp
    fuzz/allocation_gauge.cpp
    fuzz/allocation_hooks_new.cpp
    fuzz/exported_programs.cpp
    fuzz/readers.cpp
    fuzz/replay_test.cpp
    fuzz/seeds.cpp
  LIBRARIES lamscope_checkpoint lamscope_pt2 nlohmann_json::nlohmann_json PkgConfig::libzip)
target_compile_options(fuzz_replay_test PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
