# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_test(study_test LABEL unit
  SOURCES
    core/study/degrade_files_test.cpp
    core/study/evaluate_test.cpp
    core/study/image_pairs_test.cpp
    core/study/sanity_run_test.cpp
    core/study/scale_one_run_test.cpp
    core/study/study_test.cpp
    support/network_expectations.cpp
    support/synthetic_checkpoint.cpp
  LIBRARIES lamscope_study lamscope_benchmark lamscope_checkpoint LibTorch::LibTorch nlohmann_json::nlohmann_json fmt::fmt)
target_precompile_headers(study_test REUSE_FROM model_test)
lamscope_test(image_cases_test LABEL golden
  SOURCES
    golden/image_cases_test.cpp
  LIBRARIES lamscope_study nlohmann_json::nlohmann_json)
