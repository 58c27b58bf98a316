# SPDX-License-Identifier: GPL-3.0-or-later
# What `bench` needs: no image files, so that it can be carried to a machine with LibTorch and little else.
lamscope_library(lamscope_benchmark
  HEADERS
    bench/benchmark.h
    bench/busy_benchmark.h
    bench/plain_loop.h
    bench/reuse_benchmark.h
    bench/timing.h
  SOURCES
    bench/benchmark.cpp
    bench/busy_benchmark.cpp
    bench/plain_loop.cpp
    bench/reuse_benchmark.cpp
  PUBLIC lamscope_lam
  PRIVATE LibTorch::LibTorch nlohmann_json::nlohmann_json fmt::fmt)
target_precompile_headers(lamscope_benchmark REUSE_FROM lamscope_runtime)
# What `bench --study` needs in addition: image files and the store.
lamscope_library(lamscope_study_benchmark
  HEADERS bench/study_benchmark.h
  SOURCES bench/study_benchmark.cpp
  PUBLIC lamscope_lam
  PRIVATE lamscope_study_run lamscope_benchmark nlohmann_json::nlohmann_json fmt::fmt)
