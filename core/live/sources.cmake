# SPDX-License-Identifier: GPL-3.0-or-later
# Live probing without a window: one thread that owns the device and serves the newest request.
lamscope_library(lamscope_live
  HEADERS
    live/compute_thread.h
    live/live_engine.h
    live/live_events.h
    live/live_input.h
  SOURCES
    live/compute_thread.cpp
    live/di_map_run.cpp
    live/live_engine.cpp
    live/probe.cpp
    live/sanity_check.cpp
  PUBLIC lamscope_lam
  PRIVATE LibTorch::LibTorch fmt::fmt)
target_precompile_headers(lamscope_live REUSE_FROM lamscope_runtime)
