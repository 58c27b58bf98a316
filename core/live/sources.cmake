# SPDX-License-Identifier: GPL-3.0-or-later
# Live probing without a window: one thread that owns the device and serves the newest request.
lamscope_library(lamscope_live
  HEADERS
    live/compute_thread.h
    live/job_handle.h
    live/jobs/di_map_job.h
    live/jobs/erf_job.h
    live/jobs/faig_job.h
    live/jobs/features_job.h
    live/jobs/restoration_job.h
    live/jobs/sanity_job.h
    live/jobs/study_job.h
    live/live_engine.h
    live/live_events.h
    live/live_input.h
    live/live_job.h
    live/server_networks.h
  SOURCES
    live/compute_thread.cpp
    live/jobs/di_map_job.cpp
    live/jobs/erf_job.cpp
    live/jobs/faig_job.cpp
    live/jobs/features_job.cpp
    live/jobs/network_jobs.cpp
    live/jobs/probe_job.cpp
    live/jobs/restoration_job.cpp
    live/jobs/sanity_job.cpp
    live/jobs/study_job.cpp
    live/live_engine.cpp
    live/live_job.cpp
    live/server_networks.cpp
  PUBLIC lamscope_lam lamscope_erf lamscope_faig lamscope_features_run lamscope_study_run lamscope_restoration
  PRIVATE lamscope_bridge LibTorch::LibTorch fmt::fmt)
target_precompile_headers(lamscope_live REUSE_FROM lamscope_runtime)
