# SPDX-License-Identifier: GPL-3.0-or-later
# The integral along a path: neither images nor networks.
lamscope_library(lamscope_integrate
  HEADERS
    integrate/nodes.h
  SOURCES
    integrate/gradient_source.cpp
    integrate/nodes.cpp
    integrate/refinement.cpp
  PUBLIC lamscope_base
  PRIVATE lamscope_runtime LibTorch::LibTorch fmt::fmt)
target_precompile_headers(lamscope_integrate REUSE_FROM lamscope_runtime)
