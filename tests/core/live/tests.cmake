# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_test(live_test LABEL unit
  SOURCES
    core/live/compute_thread_test.cpp
    core/live/erf_job_test.cpp
    core/live/faig_job_test.cpp
    core/live/features_job_test.cpp
    core/live/live_engine_test.cpp
    core/live/live_jobs_test.cpp
    core/live/restoration_job_test.cpp
    core/live/study_job_test.cpp
  LIBRARIES lamscope_live lamscope_study lamscope_faig_run lamscope_checkpoint SQLiteCpp SQLite::SQLite3 LibTorch::LibTorch nlohmann_json::nlohmann_json fmt::fmt)
target_precompile_headers(live_test REUSE_FROM model_test)
# A program of its own: it registers a device.
lamscope_test(other_device_test LABEL unit
  SOURCES
    core/live/other_device_test.cpp
    support/other_device.cpp
  LIBRARIES lamscope_live lamscope_study lamscope_checkpoint LibTorch::LibTorch nlohmann_json::nlohmann_json fmt::fmt)
target_precompile_headers(other_device_test REUSE_FROM model_test)
