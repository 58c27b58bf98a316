# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_test(integrate_test LABEL unit
  SOURCES
    core/integrate/refinement_test.cpp
    core/integrate/nodes_test.cpp
  LIBRARIES lamscope_integrate LibTorch::LibTorch fmt::fmt)
target_precompile_headers(integrate_test REUSE_FROM model_test)
